import Testing

@testable import PolicyEngine

@Suite("Harmless messages")
struct CorpusTests {
    private static let rules = """
        rules:
          - {id: words, on: message, match: {any: [{list: words}]}, then: {disposition: redact}}
          - {id: minors, on: message, when: subject.minor, match: {any: [{pattern: bus}, {list: words}]}, then: {disposition: hold}, mode: shadow}
          - {id: staff, on: message, kinds: [staff], match: {any: [{pattern: pitch}]}, then: {disposition: bounce}}
          - {id: noted, on: message, match: {any: [{pattern: '.'}]}, then: {disposition: allow}}
          - {id: always, on: message, then: {disposition: allow, effects: [{label: seen}]}}
          - {id: flood, on: message, rate: {per: subject, over: 2, within: 10s}, match: {any: [{pattern: training}]}, then: {disposition: bounce}}
        """

    private static func report(_ files: [(path: String, text: String)]) throws -> CorpusReport {
        let bundle = try load([
            "bundle.yaml": goodBundle.replacing(
                "channels:\n",
                with: "channels:\n  - {match: \"club:*:staff\", kind: staff}\n"
            ),
            "rules/10-a.yaml": rules, "lists/words.yaml": "terms: [ass]",
        ]).get()
        return bundle.judge(Corpus(files))
    }

    @Test("each rule that takes offence is told once a message, with its line and what it found")
    func falsePositives() throws {
        let report = try Self.report([
            ("corpus/a.txt", "what an ass\n\n  \nthe bus is late\nwell played"),
            ("corpus/b.txt", "# the pitch\r\ngood assist\r\n"),
        ])
        let told = report.falsePositives.map {
            "\($0.message.file):\($0.message.line) \($0.rule.id) \($0.kind) "
                + $0.found.map { "\($0.source): \($0.piece)" }.joined(separator: ", ")
        }
        #expect(
            told == [
                "corpus/a.txt:1 words staff list words: ass",
                "corpus/a.txt:1 minors staff list words: ass",
                "corpus/a.txt:4 minors staff pattern bus: bus",
                "corpus/b.txt:1 staff staff pattern pitch: pitch",
            ]
        )
        #expect(report.refused.isEmpty)
        #expect(report.finds["list words"] == 1, "one message, though two rules look for it")
        #expect(report.finds["pattern bus"] == 1)
        #expect(report.finds["pattern training"] == 0)
        #expect(report.finds["pattern ."] == 5)
    }

    @Test("one message after another is no flood")
    func rates() throws {
        let text = Array(repeating: "training at six", count: 50).joined(separator: "\n")
        #expect(try Self.report([("corpus/a.txt", text)]).falsePositives.isEmpty)
    }

    @Test("a message that its schema refuses is told, once")
    func refused() throws {
        let long = String(repeating: "a", count: 101)
        let report = try Self.report([("corpus/a.txt", "fine\n\(long)")])
        #expect(report.refused.map(\.message.line) == [2])
        #expect(report.falsePositives.isEmpty)
    }
}
