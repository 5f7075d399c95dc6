import Outcomes
import Testing

@testable import PolicyEngine

@Suite("Evasion")
struct EvasionTests {
    private static let text = "You stupid muppet, ring 087 123"

    private static func disguises(
        _ technique: EvasionTechnique,
        of text: String = text,
        count: Int = 200
    ) -> [String] {
        var numbers = SeededNumbers(seed: 1, for: [technique.rawValue])
        return (0..<count).compactMap { _ in technique.disguised(text, &numbers) }
    }

    @Test("every technique disguises a text, in many ways", arguments: EvasionTechnique.allCases)
    func disguise(technique: EvasionTechnique) {
        let disguises = Self.disguises(technique)
        #expect(disguises.count == 200)
        #expect(!disguises.contains(Self.text))
        #expect(Set(disguises).count >= 7)
        #expect(Self.disguises(technique) == disguises, "the same seed gives the same disguises")
    }

    @Test("a text without letters or digits has no disguise", arguments: EvasionTechnique.allCases)
    func nothing(technique: EvasionTechnique) {
        #expect(Self.disguises(technique, of: "…", count: 20) == [])
        #expect(Self.disguises(technique, of: "", count: 20) == [])
    }

    @Test("what a reader sees stays: letters and their order")
    func readable() {
        func letters(_ text: String) -> String { text.lowercased().filter(\.isLetter) }
        let plain = letters(Self.text)
        for disguise in Self.disguises(.zeroWidth) {
            let seen = disguise.unicodeScalars.filter { !DisguisedLetters.invisible.contains($0) }
            #expect(String(String.UnicodeScalarView(seen)) == Self.text)
        }
        for technique in [EvasionTechnique.spacing, .gaps, .case] {
            for disguise in Self.disguises(technique) { #expect(letters(disguise) == plain) }
        }
        for disguise in Self.disguises(.leet) {
            #expect(disguise.count == Self.text.count)
            #expect(disguise.contains { "4@83961!|05$7+2".contains($0) })
        }
        for disguise in Self.disguises(.confusables) {
            #expect(disguise.unicodeScalars.count == Self.text.unicodeScalars.count)
            #expect(disguise.unicodeScalars.contains { !$0.isASCII })
        }
        for disguise in Self.disguises(.repeats) {
            #expect(disguise.count > Self.text.count)
            #expect(disguise.count <= Self.text.count + 10)
        }
    }

    @Test("letters of other styles are those of the alphabet")
    func styles() {
        for (letter, style) in [("a", "ａ"), ("z", "𝐳"), ("Q", "𝖰"), ("7", "𝟽"), ("b", "ⓑ")] {
            let scalars = DisguisedLetters.confusables(Unicode.Scalar(letter) ?? " ")
            #expect(scalars.contains { String($0) == style }, "\(letter)")
        }
        #expect(DisguisedLetters.confusables("!") == [])
    }

    private static let rules = """
        rules:
          - {id: raw, on: message, match: {any: [{pattern: '\\bstupid\\b'}]}, then: {disposition: block}}
          - {id: list, on: message, match: {text: [/body/text], any: [{list: all}]}, then: {disposition: redact}}
          - {id: shadow, on: message, mode: shadow, match: {any: [{list: all}]}, then: {disposition: block}}
          - {id: phone, on: message, match: {any: [{detect: phone}]}, then: {disposition: hold}}
          - {id: when, on: message, when: message.text.contains('stupid'), then: {disposition: bounce}}
          - {id: name, on: connect, match: {text: [/subject/name], any: [{list: all}]}, then: {disposition: block}}
        """
    private static let tests = """
        tests:
          - {name: word, text: so stupid, channel: {name: "club:a"}, expect: {without: [phone]}}
          - {name: number, text: "ring 087 123 4567", channel: {name: "club:a"}, expect: {rules: [phone]}}
          - {name: notes, body: {text: fine, note: "stupid!"}, channel: {name: "club:a"}, expect: {without: [list]}}
          - {name: fine, text: well played, channel: {name: "club:a"}, expect: {rules: []}}
          - {name: name, on: connect, subject: {name: Stupid}, expect: {rules: [name]}}
        """
    private static let list = """
        fold: [nfkc, invisible, confusables, case, leet, repeats, spaces]
        terms: [stupid]
        """

    private static func trials(variants: Int = 10, seed: UInt64 = 1) throws -> [EvasionTrial] {
        let bundle = try load([
            "bundle.yaml": goodBundle, "rules/10-a.yaml": rules, "rules/10-a.test.yaml": tests,
            "lists/all.yaml": list,
        ]).get()
        var told: [Int] = []
        let trials = bundle.evasions(of: bundle.runTests(), variants: variants, seed: seed) {
            told.append($0)
        }
        #expect(told == [0, 1, 2, 3, 4])
        return trials
    }

    @Test("what the folds see through is caught, what a plain pattern doesn't see gets past")
    func survival() throws {
        let tallies = try Self.trials().tallies
        #expect(Set(tallies.keys) == ["raw", "list", "shadow", "phone", "name"])
        let raw = try #require(tallies["raw"])
        #expect(Set(raw.keys) == Set(EvasionTechnique.allCases))
        for (technique, tally) in raw {
            #expect(tally.tried >= 5, "\(technique)")
            #expect(tally.gotPast == tally.tried, "\(technique)")
        }
        for rule in ["list", "shadow", "name"] {
            let folded = try #require(tallies[rule])
            for technique in EvasionTechnique.allCases where technique != .gaps {
                #expect(folded[technique]?.gotPast == 0, "\(rule) \(technique)")
            }
            #expect((folded[.gaps]?.gotPast ?? 0) > 0, "a gap within a word isn't folded")
        }
    }

    @Test("a detail is disguised in ways that leave it what it is")
    func details() throws {
        let phone = try #require(try Self.trials().tallies["phone"])
        #expect(phone[.leet] == nil)
        #expect(phone[.repeats] == nil)
        #expect(phone[.case] == nil)
        #expect(phone[.confusables].map(\.tried) ?? 0 > 5)
        #expect(phone[.confusables]?.gotPast == 0)
        #expect(phone[.zeroWidth]?.gotPast == 0)
    }

    @Test("what became of a disguise is told, and all of it is the same for the same seed")
    func told() throws {
        let trials = try Self.trials()
        let caught = try #require(trials.first { $0.rule == "raw" && $0.gotPast })
        #expect(caught.test.name == "word")
        #expect(caught.text.hasPrefix("so "))
        #expect(caught.disposition == .redact, "the list still catches it")
        #expect(try Self.trials().map(\.text) == trials.map(\.text))
        #expect(try Self.trials(seed: 2).map(\.text) != trials.map(\.text))
        #expect(trials.contains { $0.rule == "shadow" && $0.test.name == "notes" })
        let tally = trials.tally
        #expect(tally.tried == trials.count)
        #expect(tally.survival > 10 && tally.survival < 90)
    }
}
