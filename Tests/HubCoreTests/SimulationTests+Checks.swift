import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

// What has to hold, whatever the interleaving was.
extension SimulationTests {
    /// A page is what the events add up to: the newest words of what is still there.
    func checkHistory(_ hub: SimulatedHub, _ members: [Member]) throws {
        let channel = SimulatedHub.channels[1]
        var words: [(seq: Int64, author: UUID16?, text: String)] = []
        for event in try hub.decodedEvents() {
            if event.kind == .erase { words.removeAll { $0.author == event.subject } }
            guard event.channel == channel, event.channelSeq != nil else { continue }
            let body = hub.contents[event.seq]?.first { $0.kind == .delivered }?.body
            let text = body.map { String(decoding: $0, as: UTF8.self) } ?? ""
            let place = words.firstIndex { $0.seq == event.refersSeq }
            switch event.kind {
            case .edit: if let place { words[place].text = text }
            case .delete: if let place { words.remove(at: place) }
            default: words.append((event.seq, event.subject, text))
            }
        }
        // Nobody has anything against this one: it reads what there is.
        let member = connect(Self.reader, to: hub)
        hub.settle()
        let loop = hub.loops[member.loop]
        send(
            "{\"type\":\"history\",\"id\":\"h\",\"channel\":\"\(channel)\",\"limit\":100}",
            member,
            hub
        )
        hub.settle()
        let page = try #require(
            loop.sent[member.slot]?.last { $0.hasPrefix("{\"type\":\"history\"") }
        )
        let shown = page.split(separator: "\"body\":").dropFirst().map {
            String($0.prefix(upTo: $0.firstRange(of: ",\"at\":")!.lowerBound))
        }
        #expect(shown == words.suffix(100).map(\.text))
        // It looks on, so that somebody does.
        send(
            "{\"type\":\"presence\",\"id\":\"p\",\"channel\":\"\(channel)\",\"on\":true}",
            member,
            hub
        )
    }

    func send(_ text: String, _ member: Member, _ hub: SimulatedHub) {
        Array(text.utf8).withUnsafeBytes {
            hub.loops[member.loop].shard.receive($0, from: member.slot, at: hub.now)
        }
    }

    /// Every member of a channel got the same messages in the same order, without a gap.
    func checkDeliveries(_ hub: SimulatedHub) throws {
        hub.settle()
        for channel in SimulatedHub.channels {
            var longest: [String] = []
            var all: [[String]] = []
            for loop in hub.loops {
                for (slot, frames) in loop.sent {
                    checkBans(frames, channel)
                    let session = loop.shard.sessions[slot: slot]
                    guard session?.channels.contains(where: { $0.name == channel }) == true else {
                        continue
                    }
                    let (replayed, own) = Heard.split(frames, channel)
                    checkRemovals(replayed, own)
                    let places = (replayed.suffix(1) + own).map(Heard.place)
                    for (previous, next) in zip(places, places.dropFirst()) {
                        let isNext =
                            next.epoch == previous.epoch
                            ? next.seq == previous.seq + 1
                            : next.epoch > previous.epoch && next.seq == 1
                        #expect(isNext, "\(next) behind \(previous)")
                    }
                    all.append(own)
                    if own.count > longest.count { longest = own }
                }
            }
            for own in all { #expect(own == Array(longest.suffix(own.count))) }
        }
    }

    /// Nobody hears of a message again that was removed; in a replay each number that is about it says
    /// so.
    func checkRemovals(_ replayed: [String], _ live: [String]) {
        var removed: Set<Substring> = []
        for (index, frame) in (replayed + live).enumerated() {
            guard let of = frame.firstRange(of: "\"of\":") else { continue }
            let place = frame[of.upperBound...].prefix { $0 != "}" }
            let isRemoval = frame.hasPrefix("{\"type\":\"removed\"")
            #expect(!removed.contains(place) || isRemoval && index < replayed.count)
            if isRemoval { removed.insert(place) }
        }
    }

    /// Whoever is to be shown who is in a channel by the record knows it.
    ///
    /// - Returns: how many there are.
    func checkPresence(_ hub: SimulatedHub) throws -> Int {
        hub.settle()
        hub.tellPresence()
        let watched = try watchedChannels(hub)
        var count = 0
        for loop in hub.loops {
            for slot in loop.shard.sessions.slots {
                let id = try #require(loop.shard.sessions[slot: slot]?.id)
                // Whoever is being closed is told nothing more.
                guard loop.closed[slot] == nil else { continue }
                for channel in watched[id, default: []] {
                    let presence = hub.ledger.roster.presence(in: channel)
                    var expected = PresenceView()
                    expected.take(presence, in: channel)
                    #expect(
                        loop.views[slot]?.channels[channel] == expected.channels[channel],
                        "\(channel) of \(id)"
                    )
                    count += 1
                }
            }
        }
        return count
    }

    /// Channels that open sessions watch, reckoned from the events.
    private func watchedChannels(_ hub: SimulatedHub) throws -> [UUID16: Set<String>] {
        var joined: [UUID16: Set<String>] = [:]
        var watched: [UUID16: Set<String>] = [:]
        var sessions: [UUID16: [UUID16]] = [:]
        for event in try hub.decodedEvents() where event.disposition == .allow {
            if event.kind == .connect, let subject = event.subject, let session = event.session {
                sessions[subject, default: []].append(session)
            }
            // A ban takes every session of its subject out of the channel.
            if event.kind == .ban, let channel = event.channel, let subject = event.subject {
                for session in sessions[subject, default: []] {
                    joined[session]?.remove(channel)
                    watched[session]?.remove(channel)
                }
            }
            guard let session = event.session else { continue }
            let channel = event.channel ?? ""
            switch event.kind {
            case .join: joined[session, default: []].insert(channel)
            case .leave:
                joined[session]?.remove(channel)
                watched[session]?.remove(channel)
            case .presence where event.detail == #"{"off":true}"#:
                watched[session]?.remove(channel)
            case .presence where joined[session]?.contains(channel) == true:
                watched[session, default: []].insert(channel)
            default: break
            }
        }
        return watched
    }

    /// Whoever was taken out of a channel gets nothing of it before it has joined again.
    func checkBans(_ frames: [String], _ channel: String) {
        var isOut = false
        for frame in frames {
            if frame.hasPrefix("{\"type\":\"left\",\"channel\":\"\(channel)\"") {
                isOut = true
            } else if frame.contains("\"status\":\"joined\",\"channel\":\"\(channel)\"")
                || frame.hasPrefix("{\"type\":\"joined\",\"channel\":\"\(channel)\"")
            {
                isOut = false
            } else if frame.hasPrefix("{\"type\":\"message\",\"channel\":\"\(channel)\"") {
                #expect(!isOut)
            }
        }
    }

    /// `seq` has no gap and time never goes back; each verdict is right by what was in force at its own
    /// `seq`; what follows from it stands behind it; the state rebuilt from the events is the ledger's.
    func checkLog(_ hub: SimulatedHub) throws -> Set<String> {
        var replay = Replay(hub)
        var forgetting = Forgetting(hub)
        var lastAt = Int64.min
        var messages: [UUID16: Int64] = [:]
        var principal: Event?
        var found: Set<String> = []
        let events = try hub.decodedEvents()
        var deleted: Set<Int64> = []
        for (index, event) in events.enumerated() {
            if let about = event.refersSeq, event.channelSeq != nil {
                #expect(!deleted.contains(about))
                let isAuthor = events[Int(about) - 1].subject == event.subject
                #expect(isAuthor || event.detail.contains(#""by":"moderator""#))
                if event.kind == .delete { deleted.insert(about) }
            }
            #expect(event.seq == Int64(index + 1))
            #expect(event.at >= lastAt)
            lastAt = event.at
            if event.detail.hasPrefix(#"{"by":"rule""#) {
                #expect(event.refersLog == 1 && event.refersSeq == principal?.seq)
            } else {
                principal = event
                let isChange = [.edit, .delete].contains(event.kind) && event.stage != .state
                #expect(event.refersSeq == nil || isChange)
            }
            if event.kind == .connect { try replay.checkConnect(event) }
            if event.kind == .join { replay.checkJoin(event) }
            if event.kind == .message || event.kind == .edit {
                let following = events[(index + 1)...].prefix {
                    $0.refersSeq == event.seq && $0.detail.hasPrefix(#"{"by":"rule""#)
                }
                found.insert(replay.check(event, following.map(\.kind)))
                if event.kind == .message, event.disposition <= .redact {
                    // A key counts for a day.
                    let message = try #require(event.message)
                    #expect(messages[message].map { $0 < event.at - KeyedOutcomes.window } ?? true)
                    messages[message] = event.at
                }
            }
            try replay.apply(event)
            try forgetting.check(event)
        }
        let state = try hub.state(of: events)
        #expect(state.standing == hub.ledger.standing)
        #expect(state.roster == hub.ledger.roster)
        #expect(state.settings == hub.ledger.settings)
        #expect(messages.count > 5)
        // Most runs delete something and forget somebody; this one does.
        #expect(hub.seed > 0 || !deleted.isEmpty && forgetting.count > 0)
        // Nearly all runs meet each of them; those that are always tried do.
        let isAlwaysTried = hub.seed < 40
        #expect(!isAlwaysTried || found.isSuperset(of: ["hello", "darn", "whatever", "hopeless"]))
        return found
    }
}
