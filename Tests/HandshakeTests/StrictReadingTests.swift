import Testing

@testable import Handshake

@Suite("Strict base64 and JSON")
struct StrictReadingTests {
    @Test("base64url decodes what it encodes, at every length")
    func roundTrip() {
        var generator = SeededGenerator(state: 1)
        for length in 0..<70 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for form in [Base64.Form.url, .padded] {
                #expect(Base64.decode(Base64.encode(bytes, form).utf8, form) == bytes)
            }
        }
        #expect(Base64.encode(Array("foob".utf8), .padded) == "Zm9vYg==")
        #expect(Base64.encode([0xFB, 0xFF], .url) == "-_8")
    }

    @Test(
        "a second spelling of the same bytes is refused",
        arguments: ["YQ==", "YR", "Y", "YQ=", "YWJ", "+/", "YQ ", " YQ", "Y\nQ", "Y?Q", "YWJjZ"]
    )
    func refusesBase64(text: String) {
        #expect(Base64.decode(text.utf8, .url) == nil)
    }

    @Test(
        "what isn't strict JSON is refused",
        arguments: [
            "", " ", "{", "{}}", "{} {}", #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, "{'a':1}",
            #"{"a":1,}"#, "[1,]", "[01]", "[+1]", "[.5]", "[1.]", "[1e]", "[NaN]", "[1e999]",
            #"["\x"]"#, #"["\uD800"]"#, #"["\uD800\u0041"]"#, #"["\uDC00"]"#, #"["\u12g4"]"#,
            "[\"\u{1}\"]", "[\"\n\"]", "[tru]", "[nul", #"{"a" 1}"#, #"{1:2}"#, "// x\n{}",
            "\u{FEFF}{}", "[[[[[1]]]]]", #"{"a":{"b":1,"b":1}}"#, "[-]", "[1 2]", #"["a]"#,
        ]
    )
    func refusesJSON(text: String) {
        #expect(JoseJSON.read(Array(text.utf8), depthMax: 4).success == nil)
    }

    @Test("invalid UTF-8 is refused")
    func refusesUTF8() {
        for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]] {
            #expect(JoseJSON.read([0x22] + bytes + [0x22], depthMax: 4).success == nil)
        }
    }

    @Test("canonically equivalent names are different names")
    func names() {
        let json = JoseJSON.read(Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8), depthMax: 2).success
        #expect(json?["\u{E9}"] == .number(1))
        #expect(json?["e\u{301}"] == .number(2))
    }

    @Test("values, escapes and pointers are read")
    func reads() {
        let text =
            #" { "a" : [ 1.5e1 , -0 , true , null , "\"\\\/\b\f\n\r\tA\uD83D\uDE00" ] , "b/c" : { "d~": [] } } "#
        let json = JoseJSON.read(Array(text.utf8), depthMax: 4).success
        let letters = "\"\\/\u{8}\u{C}\n\r\tA\u{1F600}"
        #expect(
            json?["a"]
                == .array([.number(15), .number(0), .boolean(true), .null, .string(letters)])
        )
        #expect(json?.claim("/b~1c/d~0") == .array([]))
        #expect(json?.claim("/a/0") == .number(15))
        #expect(json?.claim("/a/00") == nil)
        #expect(json?.claim("/a/9") == nil)
        #expect(json?.claim("b/c")?["d~"] == .array([]))
    }

    @Test("random bytes are read or refused, never more")
    func randomBytes() {
        var generator = SeededGenerator(state: 2)
        let alphabet = Array("{}[]\":,\\u0dD8 1e-.truefalsn".utf8)
        for _ in 0..<5000 {
            let length = Int.random(in: 0..<24, using: &generator)
            let bytes = (0..<length).map { _ in alphabet.randomElement(using: &generator)! }
            if let value = JoseJSON.read(bytes, depthMax: 4).success {
                #expect(JoseJSON.read([0x20] + bytes + [0x0A], depthMax: 4).success == value)
            }
        }
    }
}
