package import HubCore
package import Outcomes

/// What a shard had counted at its last look at the clock, and how full it was, for the metrics.
package struct ShardSnapshot: Sendable {
    package var counters = Counters()
    package var door = DoorCounters()
    /// Open sessions.
    package var sessions = 0
    /// Bytes of memory that wait for slow readers, those written ahead to their sockets too.
    package var queuedBytes = 0
    /// Bytes proposed and not yet recorded, or waiting to be judged again.
    package var inFlightBytes = 0
    /// Members whom the roster knows, of this shard's copy.
    package var rosterMembers = 0
    /// Members with a fact in this shard's copy of the standing.
    package var standingMembers = 0
    /// Accounts of all limits; they are the same ones for all shards.
    package var accounts = 0

    package init() {}

    /// All shards together; of what each has a copy of, the largest.
    package static func sum(_ shards: [ShardSnapshot]) -> ShardSnapshot {
        shards.reduce(into: ShardSnapshot()) { sum, shard in
            sum.counters.add(shard.counters)
            sum.door.add(shard.door)
            sum.sessions += shard.sessions
            sum.queuedBytes += shard.queuedBytes
            sum.inFlightBytes += shard.inFlightBytes
            sum.rosterMembers = max(sum.rosterMembers, shard.rosterMembers)
            sum.standingMembers = max(sum.standingMembers, shard.standingMembers)
            sum.accounts = max(sum.accounts, shard.accounts)
        }
    }
}

/// Who came in, who didn't, and how sessions ended.
package struct DoorCounters: Sendable {
    /// Handshakes that became sessions.
    package var opened: UInt64 = 0
    /// Refused handshakes and checks by their code; connections closed unheard are among those with
    /// `too_many_connections`.
    package var refused: [Outcome: UInt64] = [:]
    /// Ended sessions by the code that their record has.
    package var ended: [Outcome: UInt64] = [:]

    mutating func refuse(_ outcome: Outcome) { refused[outcome, default: 0] &+= 1 }

    mutating func end(_ outcome: Outcome) { ended[outcome, default: 0] &+= 1 }

    mutating func add(_ other: DoorCounters) {
        opened &+= other.opened
        refused.merge(other.refused, uniquingKeysWith: &+)
        ended.merge(other.ended, uniquingKeysWith: &+)
    }
}
