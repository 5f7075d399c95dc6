import PolicyEngine

/// What the rules make of harmless messages, in words.
struct CorpusWords {
    private let corpus: Corpus
    private let report: CorpusReport
    private let lists: [String]
    private let folder: String

    init(_ corpus: Corpus, _ report: CorpusReport, _ bundle: Bundle, folder: String) {
        self.corpus = corpus
        self.report = report
        self.folder = folder
        lists = report.finds.keys.filter { $0.hasPrefix("list ") }.sorted()
    }

    /// Messages that an enforced rule takes offence at, or that their schema refuses.
    var stoppedCount: Int {
        let offended = report.falsePositives.filter { $0.rule.mode == .enforce }.map(\.message)
        return Set(offended + report.refused.map(\.message)).count
    }

    var text: String {
        if corpus.messages.isEmpty {
            return "Harmless messages: none. Put some, one a line, into \(folder)/corpus/<name>.txt"
        }
        let count = Quantity.count(report.falsePositives.count, "false positive")
        var lines = [
            "Harmless messages: \(Quantity.count(corpus.messages.count, "message")), \(count)"
        ]
        if !lists.isEmpty { lines.append(table.text) }
        for (message, problem) in report.refused {
            lines.append("\(message.file):\(message.line): refused by its schema: \(problem)")
        }
        lines += report.falsePositives.map(Self.told)
        return lines.joined(separator: "\n")
    }

    /// How often each list finds something in a harmless message, and how often that matters.
    private var table: TextTable {
        var table = TextTable(["list", "finds", "false positives"])
        for list in lists {
            let offended = report.falsePositives.filter { $0.found.contains { $0.source == list } }
            table.add([
                String(list.dropFirst("list ".count)), "\(report.finds[list] ?? 0)",
                "\(Set(offended.map(\.message)).count)",
            ])
        }
        return table
    }

    private static func told(_ positive: FalsePositive) -> String {
        let message = positive.message
        let shadow = positive.rule.mode == .shadow ? ", shadow" : ""
        var lines = [
            "\(message.file):\(message.line): \(positive.rule.id) (\(positive.rule.disposition.word)"
                + "\(shadow)) takes offence in a channel of kind \(positive.kind)"
        ]
        for place in FoundPlaces.of(positive.found) {
            lines.append("  \(place.head)")
            lines.append(place.pointing(indent: "    "))
        }
        return lines.joined(separator: "\n")
    }
}
