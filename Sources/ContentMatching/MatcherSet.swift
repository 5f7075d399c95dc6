/// All matchers of a bundle, compiled together so that one pass over a text finds the candidates.
package final class MatcherSet: Sendable {
    /// The matchers; a matcher is named by its index.
    package let matchers: [Matcher]
    /// Finds candidates of all matchers that Hyperscan takes; nil when there are none.
    let database: CandidateDatabase?
    /// Matchers that are candidates whenever the text raises one of these doubts.
    let doubtful: [(index: UInt32, doubts: Doubts)]

    /// Compiles the matchers. What Hyperscan doesn't take goes to RE2 with every text.
    package init(_ matchers: [Matcher]) {
        self.matchers = matchers
        let (database, left) = CandidateDatabase.compile(matchers)
        self.database = database
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
