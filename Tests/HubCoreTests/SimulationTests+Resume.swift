import AuditLog
import Foundation
import Outcomes
import Testing

@testable import HubCore

/// What a client heard of one channel.
enum Heard {
    /// What came in a resumption, and what came by itself.
    static func split(_ frames: [String], _ channel: String) -> (
        replayed: [String], live: [String]
    ) {
        var replayed: [String] = []
        var live: [String] = []
        var expected = 0
        for frame in frames {
            if let count = count(frame, channel) {
                // Whatever it heard before was in another stay.
                (replayed, live, expected) = ([], [], count)
            } else if isNumbered(frame, channel) {
                if replayed.count < expected { replayed.append(frame) } else { live.append(frame) }
            }
        }
        return (replayed, live)
    }

    private static func isNumbered(_ frame: String, _ channel: String) -> Bool {
        ["message", "edited", "removed"].contains {
            frame.hasPrefix("{\"type\":\"\($0)\",\"channel\":\"\(channel)\"")
        }
    }

    /// How many numbers follow the frame that brings a session back into the channel; nil for any
    /// other frame.
    private static func count(_ frame: String, _ channel: String) -> Int? {
        guard frame.hasPrefix("{\"type\":\"joined\",\"channel\":\"\(channel)\"") else { return nil }
        return number("replayed", frame)
    }

    /// The place of a message, an edit or a removal.
    static func place(_ frame: String) -> Place {
        let seq = frame.split(separator: "\"seq\":").last!.prefix { $0.isNumber }
        return Place(epoch: Int32(number("epoch", frame)!), seq: Int64(seq)!)
    }

    /// The newest place that a client knows of, if it is in the channel as far as it knows.
    static func newest(_ frames: [String], _ channel: String) -> Place? {
        var newest: Place?
        for frame in frames {
            if frame.contains("\"status\":\"joined\",\"channel\":\"\(channel)\"")
                || (count(frame, channel) == 0)
            {
                newest = Place(
                    epoch: Int32(number("epoch", frame)!),
                    seq: Int64(number("channel_seq", frame)!)
                )
            } else if isNumbered(frame, channel) {
                newest = place(frame)
            } else if frame.hasPrefix("{\"type\":\"left\",\"channel\":\"\(channel)\"")
                || frame.contains("\"status\":\"left\",\"channel\":\"\(channel)\"")
            {
                newest = nil
            }
        }
        return newest
    }

    static func number(_ name: String, _ frame: String) -> Int? {
        guard let range = frame.firstRange(of: "\"\(name)\":") else { return nil }
        return Int(frame[range.upperBound...].prefix { $0.isNumber })
    }

    static func text(_ name: String, _ frame: String) -> String? {
        guard let range = frame.firstRange(of: "\"\(name)\":\"") else { return nil }
        return String(frame[range.upperBound...].prefix { $0 != "\"" })
    }
}

/// What a client keeps of a session that was cut off.
struct Cut {
    let token: String
    var heard: [(channel: String, after: Place)] = []

    init?(_ member: Member, _ hub: SimulatedHub) {
        let loop = hub.loops[member.loop]
        guard let token = loop.welcomes[member.slot].flatMap({ Heard.text("resume_token", $0) })
        else { return nil }
        self.token = token
        for channel in SimulatedHub.channels {
            guard let place = Heard.newest(loop.sent[member.slot, default: []], channel) else {
                continue
            }
            heard.append((channel, place))
        }
    }
}

// Sessions that end because something else counts now, and others that go on where they were.
extension SimulationTests {
    /// A connection is cut, or its client only thinks so, and its member goes on where it was.
    func goOn(_ index: Int, _ members: inout [Member], _ hub: SimulatedHub) {
        let old = members[index]
        guard let cut = Cut(old, hub) else { return }
        if Bool.random(using: &hub.random) { hub.loops[old.loop].cut(old.slot, at: hub.now) }
        members[index] = comeBack(index, after: cut, hub)
    }

    /// Connects and asks for what was missed, and waits for nothing.
    func comeBack(_ index: Int, after cut: Cut, _ hub: SimulatedHub) -> Member {
        hub.settle()
        for loop in hub.loops {
            for (slot, outcome) in loop.closed where outcome == .resumedElsewhere {
                loop.cut(slot, outcome, at: hub.now)
            }
        }
        let member = connect(index, to: hub, joins: false)
        let channels = cut.heard.map {
            "{\"channel\":\"\($0.channel)\",\"epoch\":\($0.after.epoch),\"seq\":\($0.after.seq)}"
        }
        for (channel, after) in cut.heard {
            let id = hub.loops[member.loop].shard.sessions[slot: member.slot]!.id
            hub.resumptions.append((id, channel, after))
        }
        send(
            "{\"type\":\"resume\",\"id\":\"r\",\"token\":\"\(cut.token)\","
                + "\"channels\":[\(channels.joined(separator: ","))]}",
            member,
            hub
        )
        return member
    }

    /// Whatever was missed came whole and once, by the events between what its client had heard and
    /// its join; nothing came of what was taken away by then.
    func checkReplays(_ hub: SimulatedHub) throws {
        let events = try hub.decodedEvents()
        for loop in hub.loops {
            for (slot, frames) in loop.sent {
                guard let id = loop.shard.sessions[slot: slot]?.id else { continue }
                for (session, channel, after) in hub.resumptions where session == id {
                    let joined = frames.filter {
                        $0.hasPrefix("{\"type\":\"joined\",\"channel\":\"\(channel)\"")
                    }
                    // Refused, lost, or left since and joined anew.
                    guard joined.count == 1,
                        !frames.contains(where: {
                            $0.contains("\"status\":\"joined\",\"channel\":\"\(channel)\"")
                        }),
                        let decision = Heard.text("decision", joined[0])?.split(separator: "-")
                            .last.flatMap({ Int64($0) })
                    else { continue }
                    let replayed = Heard.split(frames, channel).replayed
                    let missed = events.filter { event in
                        guard event.channel == channel, event.seq < decision,
                            let epoch = event.channelEpoch, let seq = event.channelSeq
                        else { return false }
                        return Place(epoch: epoch, seq: seq) > after
                    }
                    #expect(
                        replayed.map(Heard.place)
                            == missed.map { Place(epoch: $0.channelEpoch!, seq: $0.channelSeq!) }
                    )
                    for (frame, event) in zip(replayed, missed) where frame.contains("\"body\":") {
                        let origin = event.refersSeq ?? event.seq
                        let author = events[Int(origin) - 1].subject
                        #expect(
                            !events[Int(event.seq)..<Int(decision)].contains {
                                $0.kind == .delete && $0.refersSeq == origin && $0.channelSeq != nil
                                    || $0.kind == .erase && $0.subject == author
                            }
                        )
                    }
                    hub.replays += 1
                }
            }
        }
    }

    /// A second passes: whoever came in by a key that is withdrawn goes, and comes back by another.
    func endWithoutKey(_ loop: SimulatedLoop, _ members: inout [Member], _ hub: SimulatedHub) {
        loop.shard.endSessions(without: Set(hub.keys))
        reopen(&members, hub)
    }
}
