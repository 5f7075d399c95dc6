import JSONSchema
import Testing

/// Formats beyond what the public cases show.
struct FormatTests {
    @Test(
        "a format accepts what its standard has and nothing else",
        arguments: [
            ("date-time", "1963-06-19T08:30:06.283185Z", true),
            ("date-time", "1963-06-19t08:30:06z", true),
            ("date-time", "1998-12-31T15:59:60.123-08:00", true),
            ("date-time", "1998-12-31T23:58:60Z", false),
            ("date-time", "1963-06-19 08:30:06Z", false),
            ("date-time", "1963-06-19T08:30:06", false),
            ("date-time", "1990-02-31T15:59:59.123-08:00", false),
            ("date-time", "1990-12-31T15:59:59-24:00", false),
            ("date-time", "1963-06-19T08:30:06.Z", false),
            ("duration", "P4DT12H30M5S", true), ("duration", "P4Y", true),
            ("duration", "PT0S", true),
            ("duration", "P1M", true), ("duration", "PT1M", true), ("duration", "P2W", true),
            ("duration", "PT36H", true), ("duration", "P1DT12H", true), ("duration", "P", false),
            ("duration", "PT", false), ("duration", "P1YT", false), ("duration", "P2D1Y", false),
            ("duration", "P1D2H", false), ("duration", "P2S", false), ("duration", "P1Y2W", false),
            ("duration", "P1", false), ("duration", "P1Y2D", false), ("duration", "PT1H2S", false),
            ("duration", "PT0.5S", false), ("duration", "P2२Y", false),
            ("duration", "4DT12H", false),
            ("idn-email", "실례@실례.테스트", true), ("idn-email", "2962", false),
            ("idn-email", "joe.bloggs@example.com", true),
            ("idn-email", "\"ü ü\"@example.com", true),
            ("email", "실례@실례.테스트", false), ("email", "a@b..c", false), ("email", "a@-b.c", false),
            ("email", "\"a\"b@c.d", false), ("email", "\"a\\\"b\"@c.d", true),
            ("email", "a@[IPv6:::12345]", false),
            ("ipv6", "::1", true), ("ipv6", "12345::", false), ("ipv6", "::abef", true),
            ("ipv6", "1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1", false), ("ipv6", "::laptop", false),
            ("ipv6", "::", true), ("ipv6", "::42:ff:1", true), ("ipv6", "d6::", true),
            ("ipv6", ":2:3:4:5:6:7:8", false), ("ipv6", "1:2:3:4:5:6:7:", false),
            ("ipv6", ":2:3:4::8", false), ("ipv6", "1:d6::42", true), ("ipv6", "1::d6::42", false),
            ("ipv6", "1::d6:192.168.0.1", true), ("ipv6", "1:2::192.168.0.1", true),
            ("ipv6", "1::2:192.168.256.1", false), ("ipv6", "1::2:192.168.ff.1", false),
            ("ipv6", "::ffff:192.168.0.1", true), ("ipv6", "1:2:3:4:5:::8", false),
            ("ipv6", "1:2:3:4:5:6:7:8", true), ("ipv6", "1:2:3:4:5:6:7", false),
            ("ipv6", "1", false),
            ("ipv6", "127.0.0.1", false), ("ipv6", "1:2:3:4:1.2.3", false),
            ("ipv6", "  ::1", false),
            ("ipv6", "fe80::/64", false), ("ipv6", "fe80::a%eth1", false), ("ipv6", "", false),
            ("ipv6", "1:2:3:4:5:6:1.2.3.4", true), ("ipv6", "1:2:3:4:5:6:7:1.2.3.4", false),
            ("ipv6", "1000:1000:1000:1000:1000:1000:255.255.255.255", true),
            ("ipv6", "1:2:3:4:5:6:7::", true), ("ipv6", "::2:3:4:5:6:7:8", true),
            ("ipv6", "1:2:3:4::5:6:7:8", false), ("ipv6", ":", false), ("ipv6", ":::", false),
            ("uri-reference", "/abc", true), ("uri-reference", "//foo.bar/?baz=qux#quux", true),
            ("uri-reference", "abc", true), ("uri-reference", "#fragment", true),
            ("uri-reference", "#frag\\ment", false), ("uri-reference", "\\\\WINDOWS\\x", false),
            ("uri-reference", "", true), ("uri-reference", "a:b", true),
            ("uri-reference", "1a:b", false), ("uri-reference", "./1a:b", true),
            ("uri-reference", "unescaped:é", false), ("uri-reference", "?a=[", false),
            ("iri-reference", "âππ", true), ("iri-reference", "#ƒrägmênt", true),
            ("iri-reference", "#ƒräg\\mênt", false),
            ("iri-reference", "//ƒøø.ßår/?∂éœ=π#îüx", true),
            ("iri-reference", "/\u{E000}", false), ("iri-reference", "?\u{E000}", true),
            ("uri", "http://[v1.a:b]", true), ("uri", "http://[v.a]", false),
            ("uri", "http://[::1", false), ("uri", "http://a:80/", true),
            ("uri", "http://a:/", true),
            ("json-pointer", "/foo/bar~0/baz~1/%a", true), ("json-pointer", "/foo/bar~", false),
            ("json-pointer", "", true), ("json-pointer", "/", true), ("json-pointer", "a", false),
            ("json-pointer", "#/a", false), ("json-pointer", "/~2", false),
            ("json-pointer", "/ü", true),
            ("regex", "^a{2,3}$", true), ("regex", "\\Z", false), ("regex", "a**", false),
            ("regex", "(?<!x)y\\1", true), ("regex", "[b-a]", false),
            ("regex", "\\p{Lettr}", false),
            // Decomposed, so that another text would be the same name.
            ("idn-hostname", "e\u{301}.ie", false), ("idn-hostname", "é.ie", true),
            ("idn-hostname", "\u{1F422}.ie", false), ("idn-hostname", "ab--cd", false),
            ("hostname", "xn--bcher-kva.example", true), ("hostname", "xn--bücher", false),
        ]
    )
    func format(name: String, text: String, isValid: Bool) throws {
        let schema = try compile(#"{"format": "\#(name)"}"#, formatIsAssertion: true)
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        #expect(try (failure(of: "\"\(escaped)\"", by: schema) == nil) == isValid)
        // Without the option it only tells.
        let told = try compile(#"{"format": "\#(name)"}"#)
        #expect(try failure(of: "\"\(escaped)\"", by: told) == nil)
    }

    @Test(
        "a pattern of ECMA-262 matches as ECMA-262 has it",
        arguments: [
            ("^a$", "a\n", false), ("a.c", "a\u{2028}c", false), ("a.c", "a\u{85}c", true),
            ("^\\u00e9$", "é", true), ("^\\u{1F422}$", "🐢", true), ("^\\ud83d\\udc22$", "🐢", true),
            ("^[\\ud83d\\udc22]$", "🐢", true), ("^\\p{Script=Greek}+$", "αβγ", true),
            ("^\\P{L}$", "1", true), ("^[^\\p{L}\\d]$", "é", false), ("[]", "a", false),
            ("^[^]$", "\n", true), ("^[\\b]$", "\u{8}", true), ("\\bb", "a b", true),
            ("^\\x41\\cJ\\0$", "A\n\0", true), ("^a{,2}$", "a{,2}", true), ("^{$", "{", true),
            ("^[\\w-.]$", "-", true), ("^[a-]$", "-", true), ("^(?:a|b){2}$", "ab", true),
            ("^(?<n>a)$", "a", true), ("^a+?$", "aa", true), ("^[[]$", "[", true),
            ("^[a&&b]$", "&", true), ("^[[:alpha:]]$", ":]", true), ("^\\/$", "/", true),
            ("^\\s$", "\u{FEFF}", true), ("^\\w$", "é", false), ("(?i)", "", nil), ("\\a", "", nil),
            ("(?=a)", "", nil), ("\\01", "", nil), ("a{2,1}", "", nil), ("(", "", nil),
            ("\\p{L", "", nil), ("[a", "", nil), ("\\", "", nil), ("*", "", nil),
        ] as [(String, String, Bool?)]
    )
    func pattern(pattern: String, text: String, expected: Bool?) throws {
        let quoted = pattern.replacing("\\", with: "\\\\")
        let schema = #"{"pattern": "\#(quoted)"}"#
        guard let expected else {
            #expect(throws: SchemaErrors.self) { try compile(schema) }
            return
        }
        let document = text.unicodeScalars.map {
            $0.value < 0x20
                ? "\\u00\($0.value < 16 ? "0" : "")\(String($0.value, radix: 16))" : String($0)
        }
        let failure = try failure(of: "\"\(document.joined())\"", by: compile(schema))
        #expect((failure == nil) == expected)
    }
}
