import Testing

@testable import PolicyEngine

@Suite("The gate before the YAML parser")
struct YAMLGateTests {
    @Test(
        "texts that only look like anchors, aliases and tags pass",
        arguments: [
            "a: 'it''s *b &c !d'",
            #"a: "x \" *b""#,
            "a: b *c &d !e",
            "a: don't *x",
            "a: |\n  *x\n  &y\n\n  ? z\nb: 1",
            "a:\n  - b: >-\n      *x\n  - c",
            "- |\n *x\n- >2\n   *x",
            "# *x &y\na: b # *c",
            "a: [b, 'c*', d*e]",
            "a: 'two\n  *lines'",
            "a: b?c",
            "---\na: b",
        ]
    )
    func passes(text: String) {
        #expect(problems(text) == [])
    }

    @Test(
        "anchors, aliases, tags, complex keys and second documents are found wherever they hide",
        arguments: [
            ("a: &b c", "1:4"), ("a: *b", "1:4"), ("- *b", "1:3"), ("*a : b", "1:1"),
            ("a: [b, *c]", "1:8"), ("a: {b: *c}", "1:8"), (#"a: {"b":*c}"#, "1:9"),
            ("a: !!str b", "1:4"), ("? a\n: b", "1:1"), ("a: [? b]", "1:5"),
            ("a: 'x' \nb: *c", "2:4"), ("a: |\n  x\nb: *c", "3:4"), ("a:\n  |\nb: *c", "3:4"),
            ("a: >\nb: *c", "2:4"), ("a: b\n---\nc: d", "2:1"), ("--- *a", "1:5"),
            ("# c\r a: *b", "1:4"), ("a: \"\\\"\"\nb: *c", "2:4"), ("- - |\n   x\n  - *c", "3:5"),
        ] as [(String, String)]
    )
    func refuses(text: String, place: String) {
        #expect(problems(text).first == place)
    }

    @Test("a bomb of aliases is refused before anything unfolds")
    func bomb() {
        var text = "k0: &k0 [x, x]\n"
        for level in 1..<64 { text += "? &k\(level) [*k\(level - 1), *k\(level - 1)]\n: 1\n" }
        #expect(!problems(text).isEmpty)
    }

    @Test("brackets nest 32 deep, not deeper; blocks end at the parser's own limit")
    func depth() {
        func nested(_ count: Int) -> String {
            "a: " + String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(problems(nested(32)) == [])
        #expect(problems(nested(33)) == ["1:36"])
        let blocks = (0..<3000).map { String(repeating: " ", count: $0) + "- \n" }.joined()
        let file = SourceFile(path: "x", text: blocks, folder: "")
        #expect(YAMLFile.root(of: file) == nil)
        #expect(!file.diagnostics.isEmpty)
    }

    @Test("random edits of a good file are read or refused, never a crash")
    func noise() {
        var seed: UInt64 = 11
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        let alphabet = Array("{}[]:,-?&*!|>'\"#% \n\tab1\\~`@\r\u{0}é\u{2028}".unicodeScalars)
        for _ in 0..<500 {
            var scalars = Array(goodBundle.unicodeScalars)
            for _ in 0...random(6) {
                scalars[random(scalars.count)] = alphabet[random(alphabet.count)]
            }
            let text = String(String.UnicodeScalarView(scalars))
            if case .failure(let errors) = load(["bundle.yaml": text]) {
                #expect(!errors.diagnostics.isEmpty)
                #expect("\(errors)".hasPrefix("bundle.yaml:"))
            }
        }
    }

    private func problems(_ text: String) -> [String] {
        let file = SourceFile(path: "x", text: text, folder: "")
        _ = YAMLGate.passes(file)
        return file.diagnostics.map { "\($0.line):\($0.column)" }
    }
}
