import Handshake
import Testing

@testable import touchline

/// When a published key set is fetched, and what is said of it.
struct PublishedKeySetTests {
    private static let start = ContinuousClock.now
    private static let good = #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}]}"#
    private static let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

    private var set = PublishedKeySet(
        issuer: "https://id.example",
        address: .init(url: "https://id.example/jwks"),
        at: start
    )

    private func at(_ seconds: Int) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    private func expectFetch(_ set: inout PublishedKeySet, at second: Int, _ isDue: Bool = true) {
        let begins = set.begin(at: at(second))
        #expect(begins == isDue, "at \(second) s")
    }

    /// The first second from one on at which a fetch is due.
    private func nextFetch(of set: PublishedKeySet, from second: Int) -> Int? {
        (second...second + 4000).first { second in
            var set = set
            return set.begin(at: at(second))
        }
    }

    private func taken(_ maxAge: Duration?, at second: Int) throws -> PublishedKeySet {
        var set = set
        expectFetch(&set, at: second)
        set.take(try JSONWebKey.parseSet(Array(Self.good.utf8)), maxAge: maxAge, at: at(second))
        return set
    }

    @Test(
        "a good set is fetched again when it is stale, within bounds",
        arguments: [
            (nil, 600), (.seconds(120), 120), (.zero, 60), (.seconds(1), 60),
            (.seconds(86_400), 3600),
        ] as [(Duration?, Int)]
    )
    func fresh(maxAge: Duration?, next: Int) throws {
        #expect(nextFetch(of: try taken(maxAge, at: 0), from: 0) == next)
    }

    @Test("a fetch that fails is tried again, ever later, up to a minute; what was good stays")
    func failures() throws {
        var set = try taken(nil, at: 0)
        #expect(set.warning(at: at(30)) == nil)
        var now = 600
        var pauses: [Int] = []
        for _ in 0..<7 {
            expectFetch(&set, at: now)
            set.fail("gone", at: at(now))
            let next = try #require(nextFetch(of: set, from: now))
            pauses.append(next - now)
            now = next
        }
        #expect(pauses == [5, 10, 20, 40, 60, 60, 60])
        #expect(set.keys.count == 1)
        #expect(
            set.warning(at: at(700)) == "The keys of https://id.example could not be fetched,"
                + " the last good ones serve, 700 s old: gone"
        )
        expectFetch(&set, at: now)
        set.take(try JSONWebKey.parseSet(Array(Self.good.utf8)), maxAge: nil, at: at(now))
        #expect(set.warning(at: at(now)) == nil)
        #expect(nextFetch(of: set, from: now) == now + 600)
    }

    @Test("without any keys that is said, before the first fetch and after")
    func noKeys() {
        var set = set
        #expect(
            set.warning(at: at(0))?.hasSuffix("not been fetched yet: its tokens are refused.")
                == true
        )
        expectFetch(&set, at: 0)
        set.fail("gone", at: at(0))
        #expect(
            set.warning(at: at(1))?.contains("there are none yet, its tokens are refused") == true
        )
    }

    @Test("unknown keys have it fetched at once, and once a minute at most")
    func asked() throws {
        var set = try taken(nil, at: 0)
        var fetches: [Int] = []
        for second in 1...200 {
            set.ask(at: at(second))
            guard set.begin(at: at(second)) else { continue }
            fetches.append(second)
            set.take(try JSONWebKey.parseSet(Array(Self.good.utf8)), maxAge: nil, at: at(second))
        }
        #expect(fetches == [1, 61, 121, 181])
    }

    @Test("who asks while a fetch is under way has another one follow; two never run together")
    func askedMeanwhile() throws {
        var set = set
        expectFetch(&set, at: 0)
        expectFetch(&set, at: 5, false)
        set.ask(at: at(5))
        expectFetch(&set, at: 6, false)
        set.take(try JSONWebKey.parseSet(Array(Self.good.utf8)), maxAge: nil, at: at(7))
        expectFetch(&set, at: 7)
        set.fail("gone", at: at(8))
        #expect(nextFetch(of: set, from: 8) == 13)
        set.demand(at: at(9))
        #expect(nextFetch(of: set, from: 9) == 9, "an operator's wish is no stranger's")
    }

    @Test(
        "Cache-Control is read",
        arguments: [
            ([], nil), (["public"], nil), (["max-age=300"], 300), (["public, Max-Age=300"], 300),
            (["max-age=300", "no-store"], 0), (["no-cache, max-age=5"], 0), (["max-age=x"], nil),
            (["max-age=-1"], nil), (["max-age="], nil), (["max-age=300, max-age=20"], 20),
            (["max-age=99999999999999999999"], 1 << 31), (["s-maxage=5"], nil),
        ] as [([String], Int?)]
    )
    func maxAge(fields: [String], seconds: Int?) {
        #expect(KeySetFetch.maxAge(fields) == seconds.map { .seconds($0) })
    }
}
