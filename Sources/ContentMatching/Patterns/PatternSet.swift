/// The patterns of a bundle that read texts alike, compiled together so that one pass over a text
/// finds the candidates.
final class PatternSet: Sendable {
    let patterns: [Pattern]
    /// The matcher that each of them is.
    let matchers: [Int]
    /// Finds candidates among the patterns that name nothing beyond ASCII, in flat texts.
    let flat: CandidateDatabase?
    /// Finds candidates among the others, in UTF-8.
    let unicode: CandidateDatabase?
    /// Patterns that are candidates whenever the text raises one of these doubts.
    let doubtful: [(index: UInt32, doubts: Doubts)]

    /// Compiles the patterns. What Hyperscan doesn't take goes to RE2 with every text.
    init(_ patterns: [(matcher: Int, pattern: Pattern)], store: (any DatabaseStore)?) {
        matchers = patterns.map(\.matcher)
        let patterns = patterns.map(\.pattern)
        self.patterns = patterns
        let compiler = CandidateCompiler(patterns)
        let flat = compiler.compile(store: store) { $0.isASCII }
        let unicode = compiler.compile(store: store) { !$0.isASCII }
        self.flat = flat.database
        self.unicode = unicode.database
        let left = flat.left.union(unicode.left)
        doubtful = patterns.indices.compactMap { index in
            var doubts = patterns[index].doubts
            if left.contains(index) { doubts.insert(.everything) }
            return doubts.isEmpty ? nil : (UInt32(index), doubts)
        }
    }

    /// How many patterns RE2 tries on every text, because Hyperscan doesn't take them.
    var slowCount: Int {
        doubtful.count { $0.doubts.contains(.everything) }
    }
}
