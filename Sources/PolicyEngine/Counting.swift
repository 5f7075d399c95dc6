/// How an item counts for the rules with a rate, which may be asked about it more than once.
package enum Counting: Hashable, Sendable {
    /// It is new. The number is what it is known by, should it be judged again; unique in a run.
    case first(as: UInt64)
    /// It is judged again, because facts moved: rules that have counted it don't do so again, and
    /// are content with it.
    case again(as: UInt64)
    /// Nothing is counted; rules say what they would say if it happened now.
    case look
    /// It was counted when it began, as a session or a stay in a channel: no rate is asked.
    case settled

    /// What it is known by, if it may be judged again.
    package var number: UInt64? {
        switch self {
        case .first(let number), .again(let number): number
        case .look, .settled: nil
        }
    }

    /// New, and never judged again.
    package static let once = Counting.first(as: 0)
}
