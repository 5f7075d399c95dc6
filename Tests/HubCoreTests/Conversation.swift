import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

/// A member's connection in a simulated hub.
struct Member {
    let loop: Int
    let slot: Int
    let subject: UUID16
    var next = 0
    /// Whether it has left its first channel.
    var isAway = false
}

/// A simulated hub and what its members do, one thing after the other.
final class Conversation {
    let hub: SimulatedHub
    /// What the last answer told.
    private(set) var decision: Decision?

    /// - Parameter edit: a change of `bundle.yaml`.
    init(
        shards: Int = 2,
        recentBytesMax: Int = 1 << 20,
        _ edit: (old: String, new: String)? = nil
    ) throws {
        hub = SimulatedHub(
            seed: 1,
            shards: shards,
            bundle: try Fixture.bundle(edit),
            recentBytesMax: recentBytesMax
        )
    }

    /// Connects a member, who joins a channel at once.
    func connect(
        _ number: UInt64,
        on loop: Int = 0,
        claims: String = "{}",
        name: String = "Ann",
        join channel: String? = "club:a"
    ) -> Member {
        let subject = UUID16(high: 0x8000, low: number)
        let shard = hub.loops[loop].shard!
        let arrival = Fixture.arrival(subject, claims: claims, name: name)
        let verdict = shard.verdict(on: arrival, at: hub.now)
        let id = shard.proposeConnect(arrival, verdict: verdict, ticket: 1, at: hub.now)
        hub.settle()
        let slot = shard.reserveSlot()
        _ = shard.open(arrival, id: id, slot: slot, pingIntervalMs: 1000)
        let member = Member(loop: loop, slot: slot, subject: subject)
        if let channel { _ = ask(member, #"{"type":"join","id":"j","channel":"\#(channel)"}"#) }
        return member
    }

    /// Sends without waiting for anything.
    func send(_ member: Member, _ text: String) {
        Array(text.utf8).withUnsafeBytes {
            hub.loops[member.loop].shard.receive($0, from: member.slot, at: hub.now)
        }
    }

    /// Sends, and returns what the member got until all is quiet.
    func ask(_ member: Member, _ text: String) -> [String] {
        hub.settle()
        let before = hub.loops[member.loop].sent[member.slot, default: []].count
        send(member, text)
        hub.settle()
        return Array(hub.loops[member.loop].sent[member.slot, default: []].dropFirst(before))
    }

    func say(_ member: Member, _ text: String, key: String? = nil) -> [String] {
        ask(member, Self.message(text, key: key))
    }

    /// A member's connection is gone.
    func disconnect(_ member: Member) {
        hub.loops[member.loop].shard.disconnected(member.slot, outcome: .goingAway, at: hub.now)
        hub.settle()
    }

    static func message(_ text: String, key: String? = nil) -> String {
        let key = key.map { #","key":"\#($0)""# } ?? ""
        return #"{"type":"message","id":"m","channel":"club:a"\#(key),"body":{"text":"\#(text)"}}"#
    }

    /// What a member has got so far, of one type.
    func got(_ member: Member, _ type: String) -> [String] {
        hub.loops[member.loop].sent[member.slot, default: []].filter {
            $0.hasPrefix(#"{"type":"\#(type)""#)
        }
    }

    /// The newest events, oldest first.
    func events(_ count: Int) throws -> [Event] {
        Array(try hub.decodedEvents().suffix(count))
    }
}
