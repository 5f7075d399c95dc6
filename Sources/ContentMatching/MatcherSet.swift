/// All matchers of a bundle, compiled together so that one pass over a text finds the candidates.
package final class MatcherSet: Sendable {
    /// The matchers; a matcher is named by its index.
    package let matchers: [Matcher]
    /// Finds candidates of the matchers that name nothing beyond ASCII, in flat texts.
    let flat: CandidateDatabase?
    /// Finds candidates of the others, in UTF-8.
    let unicode: CandidateDatabase?
    /// Matchers that are candidates whenever the text raises one of these doubts.
    let doubtful: [(index: UInt32, doubts: Doubts)]

    /// Compiles the matchers. What Hyperscan doesn't take goes to RE2 with every text.
    package init(_ matchers: [Matcher]) {
        self.matchers = matchers
        let (flat, leftOfFlat) = CandidateDatabase.compile(matchers) { $0.isASCII }
        let (unicode, leftOfUnicode) = CandidateDatabase.compile(matchers) { !$0.isASCII }
        self.flat = flat
        self.unicode = unicode
        let left = leftOfFlat.union(leftOfUnicode)
        doubtful = matchers.indices.compactMap { index in
            var doubts = matchers[index].doubts
            if left.contains(index) { doubts.insert(.everything) }
            return doubts.isEmpty ? nil : (UInt32(index), doubts)
        }
    }

    /// How many matchers RE2 tries on every text, because Hyperscan doesn't take them.
    package var slowCount: Int {
        doubtful.count { $0.doubts.contains(.everything) }
    }
}
