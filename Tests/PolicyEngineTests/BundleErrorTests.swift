import Testing

@testable import PolicyEngine

@Suite("Bad bundles")
struct BundleErrorTests {
    /// One edit to a good file, and the first line of what is said of it.
    struct Bad: CustomTestStringConvertible, Sendable {
        let file: String
        let text: String
        let said: [String]

        var testDescription: String { said.first ?? file }
    }

    @Test(
        "each fault is told with file, line and column",
        arguments: bundleFaults + ruleFaults + conditionFaults
    )
    func faults(bad: Bad) {
        let lists = "terms: [one, {term: two, severity: 2}]"
        var files = ["bundle.yaml": goodBundle, "lists/words.yaml": lists]
        files[bad.file] = bad.text
        guard case .failure(let errors) = load(files) else {
            Issue.record("the bundle was loaded")
            return
        }
        let heads = errors.diagnostics.map {
            $0.line > 0 ? "\($0.file):\($0.line):\($0.column): \($0.message)" : "\($0)"
        }
        #expect(heads == bad.said)
    }

    @Test("all faults of all files are told at once, by file and line, with line and caret")
    func golden() {
        let files = [
            "bundle.yaml": goodBundle + "\nbinari: allow", "schemas/message.json": goodSchema,
            "rules/20-x.yaml": """
            rules:
              - id: links
                on: mesage
                chanels: ["club:*"]
                match:
                  text: [/body/txet]
                  any:
                    - pattern: 'über(?=x)'
                    - pattern: "tab\\tand (open"
                then: {disposition: blok}
            """,
            "lists/words.yaml": "terms: []\n\u{9}oops: 1",
        ]
        let source = BundleSource(files: files.map { ($0.key, $0.value) }, folder: "Policies/")
        guard case .failure(let errors) = Bundle.load(source) else {
            Issue.record("the bundle was loaded")
            return
        }
        #expect("\(errors)" == Self.goldenText)
    }

    @Test("the order of the files means nothing")
    func order() throws {
        let rules = ["rules/10-a.yaml", "rules/20-b.yaml", "rules/30-c.yaml"].enumerated().map {
            (path: $1, text: Self.rule("rule-\($0)", pattern: "x\($0)"))
        }
        let files =
            rules + [
                (path: "bundle.yaml", text: goodBundle),
                (path: "schemas/message.json", text: goodSchema),
            ]
        let first = try Bundle.load(BundleSource(files: files)).get()
        let second = try Bundle.load(BundleSource(files: files.reversed())).get()
        #expect(first.digest == second.digest)
        #expect(first.rules.map(\.id) == second.rules.map(\.id))
        let text = #"{"text":"x2 x0"}"#
        #expect(
            Judge(bundle: first, counters: RateCounters()).judge(text)
                == Judge(bundle: second, counters: RateCounters()).judge(text)
        )
    }

    @Test("the digest changes with every path and every byte")
    func digest() throws {
        let base = try load(["bundle.yaml": goodBundle]).get().digest
        #expect(base.count == 32)
        #expect(try load(["bundle.yaml": goodBundle + "\n"]).get().digest != base)
        let rule = Self.rule("a", pattern: "x")
        let here = try load(["bundle.yaml": goodBundle, "rules/a.yaml": rule]).get().digest
        let there = try load(["bundle.yaml": goodBundle, "rules/b.yaml": rule]).get().digest
        #expect(here != there)
    }

    static func rule(_ id: String, pattern: String) -> String {
        """
        rules:
          - id: \(id)
            on: message
            match: {text: [/body/text], any: [{pattern: '\(pattern)'}]}
            then: {disposition: block}
        """
    }

    private static let goldenText = """
        Policies/bundle.yaml:11:1: unknown key 'binari' (did you mean 'binary'?)
            binari: allow
            ^
        Policies/lists/words.yaml:2:1: found character that cannot start any token
            \u{9}oops: 1
            ^
        Policies/rules/20-x.yaml:3:9: unknown word 'mesage' (did you mean 'message'?)
                on: mesage
                    ^
        Policies/rules/20-x.yaml:4:5: unknown key 'chanels' (did you mean 'channels'?)
                chanels: ["club:*"]
                ^
        Policies/rules/20-x.yaml:8:25: look-around '(?=' is not linear-time and not supported
                    - pattern: 'über(?=x)'
                                    ^
        Policies/rules/20-x.yaml:9:30: missing ): 'tab\u{9}and (open'
                    - pattern: "tab\\tand (open"
                                         ^
        Policies/rules/20-x.yaml:10:25: unknown word 'blok' (did you mean 'block'?)
                then: {disposition: blok}
                                    ^
        """
}
