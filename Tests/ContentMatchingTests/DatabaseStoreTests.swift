import Synchronization
import Testing

@testable import ContentMatching

@Suite("Keeping compiled patterns")
struct DatabaseStoreTests {
    /// Keeps databases in memory.
    final class Memory: DatabaseStore {
        let kept = Mutex<[String: [UInt8]]>([:])

        func database(named name: String) -> [UInt8]? { kept.withLock { $0[name] } }
        func keep(_ database: [UInt8], named name: String) { kept.withLock { $0[name] = database } }
    }

    /// For flat texts and others, one that Hyperscan refuses, and one that sees folded texts.
    private static func matchers() throws -> [Matcher] {
        [
            try .pattern(#"snap\d+"#, folds: .case), try .pattern("né+", folds: []),
            try .pattern(#"a\Cb"#, folds: []), try .pattern("lo+ser", folds: [.leet, .nfkc]),
        ]
    }

    private static let text = "SNAP12 née a-b l0ser"
    private static let expected = [0: ["SNAP12"], 1: ["né"], 2: ["a-b"], 3: ["l0ser"]]

    @Test("what was kept finds the same, and is kept once")
    func kept() throws {
        let store = Memory()
        _ = MatcherSet(try Self.matchers(), store: store)
        let first = store.kept.withLock { $0 }
        #expect(first.count == 3)
        #expect(first.keys.allSatisfy { $0.count == 16 && $0.allSatisfy(\.isHexDigit) })
        let set = MatcherSet(try Self.matchers(), store: store)
        #expect(set.slowCount == 1)
        #expect(hits(MatcherScanner(set), in: Self.text) == Self.expected)
        #expect(store.kept.withLock { $0 } == first)
    }

    @Test("what is kept is what is read: a database of other patterns finds theirs")
    func isRead() throws {
        let store = Memory()
        _ = MatcherSet([try .pattern("cat", folds: [])], store: store)
        let kept = try #require(store.kept.withLock { $0.first })
        let pattern = try Pattern("cat", folds: [])
        let compiled = try #require(KeptDatabase(of: [(0, pattern)]).read(kept.value))
        #expect(compiled.database != nil && compiled.left.isEmpty)
        #expect(KeptDatabase(of: [(0, try Pattern("dog", folds: []))]).read(kept.value) == nil)
        #expect(KeptDatabase(of: [(1, pattern)]).read(kept.value) == nil)
    }

    @Test("a damaged database is compiled anew", arguments: 0..<40)
    func damaged(seed: Int) throws {
        var random = SplitMix(state: UInt64(seed))
        let store = Memory()
        _ = MatcherSet(try Self.matchers(), store: store)
        store.kept.withLock { kept in
            for name in kept.keys.sorted() {
                guard var bytes = kept[name] else { continue }
                if Bool.random(using: &random) {
                    bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
                } else {
                    let index = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                }
                kept[name] = bytes
            }
        }
        let set = MatcherSet(try Self.matchers(), store: store)
        #expect(hits(MatcherScanner(set), in: Self.text) == Self.expected)
    }
}
