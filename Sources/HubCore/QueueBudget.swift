/// How much may wait for slow readers: for one of them, and for all of a shard together.
///
/// One may have as much waiting as is still free for all, and no more than its own limit (dynamic
/// thresholds; Choudhury and Hahne, 1998). A few slow readers get their whole limit; of many, each gets
/// an equal share, and the sum stays under the cap without one looking for whom to cut.
package struct QueueBudget: Sendable {
    /// Bytes that one connection may have waiting.
    package let connectionMax: Int
    /// Bytes that all connections may have waiting.
    package let totalMax: Int
    /// Bytes that wait now.
    package private(set) var total = 0

    package init(connectionMax: Int, totalMax: Int) {
        self.connectionMax = connectionMax
        self.totalMax = totalMax
    }

    /// A connection's queue has grown or was written.
    ///
    /// - Parameters:
    ///   - old: the bytes that it had waiting.
    ///   - new: the bytes that it would have.
    /// - Returns: false when that is too much: nothing is counted, and the reader has to go.
    package mutating func change(from old: Int, to new: Int) -> Bool {
        let others = total - old
        guard new <= old || new <= min(connectionMax, totalMax - others - new) else { return false }
        total = others + new
        return true
    }

    /// Counts what a connection that is being closed still has, whether that is too much or not.
    ///
    /// - Returns: the bytes counted for it from now on.
    package mutating func hold(_ bytes: Int, instead old: Int) -> Int {
        total += bytes - old
        return bytes
    }
}
