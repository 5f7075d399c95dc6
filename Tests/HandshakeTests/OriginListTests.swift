import Testing

@testable import Handshake

@Suite("Origins")
struct OriginListTests {
    @Test(
        "exactly the listed origins pass",
        arguments: [
            ("https://club.example", true), ("https://club.example:8443", false),
            ("https://club.example:443", false), ("http://club.example", false),
            ("https://club.example/", false), ("https://club.example.evil.example", false),
            ("https://evil.example", false), ("https://xclub.example", false),
            ("https://CLUB.example", false), ("null", false), ("", false), ("*", false),
            ("https://dev.example:8443", true), ("https://dev.example", false),
            ("http://localhost", true), ("http://localhost:5173", true),
            ("http://localhost:*", false), ("http://localhost:0", false),
            ("http://localhost:99999", false), ("http://localhost:05173", false),
            ("http://localhost:5173/", false), ("http://localhost:5173@evil.example", false),
            ("http://localhost.evil.example:80", false), ("https://localhost:5173", false),
            ("http://[::1]:3000", true), ("http://[::1]evil", false),
            ("http://default.example", true),
        ]
    )
    func allows(origin: String, allowed: Bool) throws {
        let list = try OriginList([
            "https://Club.example", "https://dev.example:8443", "http://localhost:*",
            "http://[::1]:*", "http://default.example:80",
        ])
        #expect(list.allows(origin) == allowed)
    }

    @Test(
        "an entry that no browser would send is refused",
        arguments: [
            "", "*", "null", "club.example", "https://", "https://*.club.example", "https://a/b",
            "https://a:", "https://a:0", "https://a:65536", "https://a:*", "ftp://a", "https://a b",
            "https://user@a", "http://[::1", "http://[]",
        ]
    )
    func refuses(entry: String) {
        #expect(throws: KeyProblem.self) { try OriginList([entry]) }
    }

    @Test("an empty list lets no page in")
    func empty() throws {
        #expect(!(try OriginList([]).allows("https://club.example")))
    }
}
