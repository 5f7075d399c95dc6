import PolicyEngine

/// How much of what tests find gets past the rules in disguise.
struct EvasionReport {
    private let trials: [EvasionTrial]
    private let variants: Int
    private let seed: UInt64
    /// Whether every disguise that got past is told, or one of each technique.
    private let tellsAll: Bool

    init(_ trials: [EvasionTrial], variants: Int, seed: UInt64, tellsAll: Bool) {
        self.trials = trials
        self.variants = variants
        self.seed = seed
        self.tellsAll = tellsAll
    }

    var text: String {
        if trials.isEmpty { return "Evasion: no test finds words, patterns or details to disguise" }
        let lines = [
            "Evasion: \(Quantity.count(trials.count, "disguise")) of what tests find "
                + "(--variants \(variants) --seed \(seed)), and what share gets past the rule",
            table.text,
        ]
        return (lines + examples).joined(separator: "\n")
    }

    private var table: TextTable {
        let techniques = EvasionTechnique.allCases
        var table = TextTable(["rule"] + techniques.map(\.rawValue) + ["all"])
        func add(_ name: String, _ trials: [EvasionTrial]) {
            let tallies = techniques.map { technique in
                trials.filter { $0.technique == technique }.tally
            }
            table.add([name] + (tallies + [trials.tally]).map(Self.share))
        }
        let byRule = Dictionary(grouping: trials, by: \.rule)
        for (rule, trials) in byRule.sorted(by: { $0.key < $1.key }) { add(rule, trials) }
        add("all rules", trials)
        return table
    }

    private static func share(_ tally: EvasionTally) -> String {
        tally.tried == 0 ? "–" : "\(Int(tally.survival.rounded())) %"
    }

    /// What got past, as it was sent.
    private var examples: [String] {
        let past = trials.filter(\.gotPast)
        if past.isEmpty { return [] }
        var seen: Set<EvasionTechnique> = []
        let told = tellsAll ? past : past.filter { seen.insert($0.technique).inserted }
        let head = tellsAll ? "Got past:" : "Got past, for example (--all tells all):"
        return ["", head]
            + told.map { trial in
                "  \(trial.rule), \(trial.technique.rawValue), \(trial.disposition.word): "
                    + ShownText(trial.text).line
            }
    }
}
