import AuditLog
package import Outcomes

/// What a shard has counted since the start, for the metrics.
package struct Counters: Sendable {
    /// Text messages that came in.
    package var messages: UInt64 = 0
    /// `refused` frames sent, by their code.
    package var refusals: [Outcome: UInt64] = [:]
    /// Recorded sends by the number of their disposition.
    package var dispositions = [UInt64](repeating: 0, count: Disposition.allCases.count)
    /// Frames of messages handed to connections.
    package var deliveries: UInt64 = 0
    /// Verdicts that had gone stale.
    package var rejudged: UInt64 = 0
    /// How often reading from a session was stopped because it had too much in flight.
    package var pauses: UInt64 = 0
    /// From the start of judging to the encoded event, for what rules were asked about.
    package var verdicts = Histogram.ofWork
    /// From the start of judging to the frame in the next write of a connection, for each frame.
    package var deliveryTimes = Histogram.ofWork

    package init() {}

    /// Counts what was recorded of a session here.
    mutating func count(_ proposal: Proposal) {
        switch proposal.kind {
        case .message, .edit: dispositions[Int(proposal.disposition.rawValue)] &+= 1
        default: break
        }
    }

    /// Takes in what another shard has counted.
    package mutating func add(_ other: Counters) {
        messages &+= other.messages
        refusals.merge(other.refusals, uniquingKeysWith: &+)
        for index in dispositions.indices { dispositions[index] &+= other.dispositions[index] }
        deliveries &+= other.deliveries
        rejudged &+= other.rejudged
        pauses &+= other.pauses
        verdicts.add(other.verdicts)
        deliveryTimes.add(other.deliveryTimes)
    }
}
