package import AuditLog
package import Outcomes
package import PolicyEngine

/// Who belongs to which channel, and who is in it: the members whose newest recorded claims name it,
/// those whom somebody has enrolled, and those who have joined it.
///
/// The recorder holds one and each shard a copy; both change only by applying recorded events in
/// `seq` order, so they agree at equal `seq`.
package struct Roster: Sendable {
    /// Members known at most, and places in channels that they belong to at most: some hundred bytes
    /// each, in every copy. Past it, who would be one more is refused as `busy`.
    package static let placesMax = 1 << 20

    private var reading: MemberReading
    private var people: [UUID16: Person] = [:]
    private var channels: [String: RosterChannel] = [:]
    private var placesCount = 0

    /// One member: what the newest claims say, where it was enrolled, and where the sessions are.
    private struct Person: Sendable, Equatable {
        /// Nil while the claims aren't known, or are forgotten: then nobody knows the age, so it is a
        /// minor.
        var entry: RosterEntry?
        var enrolled: Set<String> = []
        var sittings: [Sitting] = []
    }

    /// The channels that one session has joined.
    private struct Sitting: Sendable, Equatable {
        let session: UUID16
        var channels: [String] = []
    }

    /// - Parameter reading: of the bundle in force.
    package init(_ reading: MemberReading = .standard) {
        self.reading = reading
    }

    /// How many people belong to a channel and are in it.
    ///
    /// - Parameter now: microseconds since 2000-01-01 UTC; who comes of age by then is an adult.
    package mutating func heads(of channel: String, at now: Int64) -> Heads {
        guard let index = channels.index(forKey: channel) else { return Heads() }
        if channels.values[index].isCounted(at: now) { return channels.values[index].heads }
        let people = people
        return channels.values[index].count(at: now) { people[$0]?.entry }
    }

    /// Whether anyone belongs to the channel, so that its name is no stranger's text.
    package func isNamed(_ channel: String) -> Bool { channels[channel]?.isNamed ?? false }

    /// Whether anyone belongs to the channel or is in it.
    package func holds(_ channel: String) -> Bool { channels[channel] != nil }

    /// Channels that anyone belongs to or is in.
    package var channelNames: [String] { Array(channels.keys) }

    /// Who belongs to a channel or is in it, in no order; nil when nobody is and nobody does.
    package func places(in channel: String, at now: Int64) -> [RosterPlace]? {
        channels[channel]?.seats.map { subject, seat in
            let entry = people[subject]?.entry
            let isMinor = entry?.ofAgeAt.map { now < $0 } ?? true
            return RosterPlace(
                subject: subject,
                belongs: seat.belongs,
                isEnrolled: seat.isEnrolled,
                sessions: seat.joined,
                isMinor: isMinor,
                isModerator: !isMinor && entry?.hasModeratorRole == true
            )
        }
    }

    /// Whether one more member with these claims can be remembered.
    package func hasRoom(for entry: RosterEntry, of subject: UUID16) -> Bool {
        let known = people[subject]
        let places = placesCount - (known?.entry?.channels.count ?? 0) + entry.channels.count
        return places <= Self.placesMax && (known != nil || people.count < Self.placesMax)
    }

    /// Whether a member can be enrolled somewhere.
    package func hasRoomToEnrol(_ subject: UUID16) -> Bool {
        placesCount < Self.placesMax
            && (people[subject] != nil || people.count < Self.placesMax)
    }

    /// Whether a member belongs to a channel, by claims or by enrolment.
    package func belongs(_ subject: UUID16, to channel: String) -> Bool {
        channels[channel]?.seats[subject]?.belongs ?? false
    }

    /// Members known, for the metrics and tests.
    package var count: Int { people.count }
}

// MARK: Presence

extension Roster {
    /// Who is in a channel, at most `Presence.membersMax` of them.
    ///
    /// It looks through everyone's seats when few of many are there: all channels together have at
    /// most `placesMax` that nobody sits in.
    package func presence(in channel: String) -> Presence {
        guard let channel = channels[channel] else { return Presence(count: 0, news: .members([])) }
        let shown = min(channel.presentCount, Presence.membersMax)
        var members: [Presence.Member] = []
        members.reserveCapacity(shown)
        for (subject, seat) in channel.seats where members.count < shown && seat.joined > 0 {
            members.append(presenceMember(subject))
        }
        return Presence(count: channel.presentCount, news: .members(members))
    }

    /// Notes from now on who comes into a channel and goes.
    mutating func follow(_ channel: String) {
        if channels[channel]?.changes == nil { channels[channel]?.changes = PresenceChanges() }
    }

    mutating func unfollow(_ channel: String) { channels[channel]?.changes = nil }

    /// What has changed in a followed channel since the last time; nil for nothing.
    mutating func takeNews(of channel: String) -> Presence? {
        guard let index = channels.index(forKey: channel),
            let changes = channels.values[index].changes, !changes.isEmpty
        else { return nil }
        channels.values[index].changes = PresenceChanges()
        let count = channels.values[index].presentCount
        guard let known = changes.known, count <= Presence.membersMax else {
            return Presence(count: count, news: .onlyCount)
        }
        var came: [Presence.Member] = []
        var gone: [UUID16] = []
        for (subject, name) in known {
            if channels.values[index].isPresent(subject) {
                let member = presenceMember(subject)
                if name != member.name { came.append(member) }
            } else if name != nil {
                gone.append(subject)
            }
        }
        if came.isEmpty, gone.isEmpty { return nil }
        return Presence(count: count, news: .changes(came: came, gone: gone))
    }

    private func presenceMember(_ subject: UUID16) -> Presence.Member {
        Presence.Member(id: subject, name: people[subject]?.entry?.name ?? "")
    }
}

// MARK: Recorded events

extension Roster {
    /// Puts a member in place as the record has it at a start.
    package mutating func restore(subject: UUID16, claims: String) {
        set(RosterEntry(claims: claims, reading), of: subject)
    }

    /// Applies one recorded proposal.
    package mutating func apply(_ proposal: Proposal) {
        switch proposal.change {
        case .member(let entry): if let subject = proposal.subject { set(entry, of: subject) }
        case .policy(let bundle): adopt(bundle.members)
        case .strike, .preserved, .end, .revoke, .resumed, .slow, nil: break
        }
        apply(
            proposal.kind,
            proposal.disposition,
            subject: proposal.subject,
            session: proposal.session,
            channel: proposal.channelName
        )
    }

    /// Applies what an event itself says; the claims that a connection brings are set apart.
    package mutating func apply(
        _ kind: EventKind,
        _ disposition: Disposition,
        subject: UUID16?,
        session: UUID16?,
        channel: String?
    ) {
        if kind == .hubStarted { return endSessions() }
        guard disposition == .allow, let subject else { return }
        switch kind {
        case .join:
            if let session, let channel { join(channel, subject, session) }
        case .leave:
            if let session, let channel { leave(channel, subject, session) }
        case .disconnect: if let session { end(session, subject) }
        case .erase: forget(subject)
        case .enrol: if let channel { enrol(true, subject, in: channel) }
        case .withdraw: if let channel { enrol(false, subject, in: channel) }
        // Whoever is banned from a channel is in it no more, in any session.
        case .ban: if let channel { takeOut(subject, of: channel) }
        default: break
        }
    }

    /// Reads everyone's claims as another bundle does.
    private mutating func adopt(_ reading: MemberReading) {
        let isSame = self.reading.readsRoster(as: reading)
        self.reading = reading
        guard !isSame else { return }
        for subject in Array(people.keys) {
            guard let entry = people[subject]?.entry else { continue }
            set(RosterEntry(claims: entry.claims, name: entry.name, reading), of: subject)
        }
    }

    /// Sets what is known of a member; nil forgets it.
    package mutating func set(_ entry: RosterEntry?, of subject: UUID16) {
        var person = people[subject] ?? Person()
        let old = person.entry
        person.entry = entry
        put(person, subject)
        if old?.name != entry?.name {
            for name in person.sittings.lazy.flatMap(\.channels) {
                channels[name]?.changes?.touch(subject, knownAs: old?.name ?? "")
            }
        }
        if let old, let entry, old.counts(as: entry) { return }
        placesCount += (entry?.channels.count ?? 0) - (old?.channels.count ?? 0)
        let others = person.sittings.flatMap(\.channels) + person.enrolled
        for name in Set((old?.channels ?? []) + (entry?.channels ?? []) + others) {
            let isNamed = entry?.channels.contains(name) ?? false
            change(name, subject, from: old, to: entry) { $0.isNamed = isNamed }
        }
    }

    private mutating func put(_ person: Person, _ subject: UUID16) {
        people[subject] = person == Person() ? nil : person
    }

    /// Forgets a member; sessions that are still open stay where they are.
    private mutating func forget(_ subject: UUID16) {
        for channel in people[subject]?.enrolled ?? [] { enrol(false, subject, in: channel) }
        set(nil, of: subject)
    }

    private mutating func enrol(_ isEnrolled: Bool, _ subject: UUID16, in channel: String) {
        var person = people[subject] ?? Person()
        guard person.enrolled.contains(channel) != isEnrolled else { return }
        if isEnrolled { person.enrolled.insert(channel) } else { person.enrolled.remove(channel) }
        put(person, subject)
        placesCount += isEnrolled ? 1 : -1
        change(channel, subject, person.entry) { $0.isEnrolled = isEnrolled }
    }

    private mutating func takeOut(_ subject: UUID16, of channel: String) {
        for sitting in people[subject]?.sittings ?? [] { leave(channel, subject, sitting.session) }
    }

    private mutating func join(_ channel: String, _ subject: UUID16, _ session: UUID16) {
        var person = people[subject] ?? Person()
        let index =
            person.sittings.firstIndex { $0.session == session }
            ?? person.sittings.count
        if index == person.sittings.count { person.sittings.append(Sitting(session: session)) }
        guard !person.sittings[index].channels.contains(channel) else { return }
        person.sittings[index].channels.append(channel)
        people[subject] = person
        change(channel, subject, person.entry) { $0.joined += 1 }
    }

    private mutating func leave(_ channel: String, _ subject: UUID16, _ session: UUID16) {
        guard let index = people[subject]?.sittings.firstIndex(where: { $0.session == session }),
            let place = people[subject]?.sittings[index].channels.firstIndex(of: channel)
        else { return }
        people[subject]?.sittings[index].channels.remove(at: place)
        change(channel, subject, people[subject]?.entry) { $0.joined -= 1 }
    }

    private mutating func end(_ session: UUID16, _ subject: UUID16) {
        guard var person = people[subject],
            let index = person.sittings.firstIndex(where: { $0.session == session })
        else { return }
        let sitting = person.sittings.remove(at: index)
        put(person, subject)
        for channel in sitting.channels {
            change(channel, subject, person.entry) { $0.joined -= 1 }
        }
    }

    /// Sessions of the run before are gone, however it ended.
    private mutating func endSessions() {
        for (subject, person) in people {
            for sitting in person.sittings { end(sitting.session, subject) }
        }
    }

    private mutating func change(
        _ channel: String,
        _ subject: UUID16,
        _ entry: RosterEntry?,
        _ body: (inout RosterChannel.Seat) -> Void
    ) {
        change(channel, subject, from: entry, to: entry, body)
    }

    private mutating func change(
        _ channel: String,
        _ subject: UUID16,
        from old: RosterEntry?,
        to new: RosterEntry?,
        _ body: (inout RosterChannel.Seat) -> Void
    ) {
        channels[channel, default: RosterChannel()].change(subject, from: old, to: new, body)
        if channels[channel]?.isEmpty == true { channels[channel] = nil }
    }
}

extension Roster: Equatable {
    /// Whether both know the same of the same people; how they read claims is left aside.
    package static func == (left: Roster, right: Roster) -> Bool {
        left.people == right.people && left.channels == right.channels
    }
}
