import AuditLog
import HubCore
import Hummingbird
import PolicyEngine

// Channels, what is set for them, and their rosters: answered from the hub's memory, PostgreSQL or not.
extension OperatorsAPI {
    /// `GET channels`: those that the caller reaches.
    func listChannels(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only()
        let decision = try await record(OperatorCall(.listChannels, by: call.actor))
        let channels = await hub.channels().filter { call.actor.reaches($0.name) }
        return .json(
            .ok,
            ChannelsBody(decision: "\(decision)", channels: channels.map(ChannelBody.init))
        )
    }

    /// `POST channels/slow`: one message of a member in so many seconds, 0 for any; without `seconds` as
    /// the policies have it.
    func slow(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only("channel", "seconds", "reason")
        let seconds = try call.input.number("seconds", 0...Int64(Bundle.slowSecondsMax)).map(
            Int.init
        )
        return try await set(call, .slow, .slow(seconds: seconds))
    }

    /// `POST channels/freeze`: nobody but moderators writes.
    func freeze(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only("channel", "reason")
        return try await set(call, .freeze, .freeze(.freeze))
    }

    /// `POST channels/unfreeze`.
    func unfreeze(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only("channel", "reason")
        return try await set(call, .unfreeze, .freeze(.unfreeze))
    }

    private func set(
        _ call: Call,
        _ name: OperatorCall.Name,
        _ act: OperatorCall.Act
    ) async throws(CallFault) -> Answer {
        let channel = try Self.channel(call.input, "what it is set for")
        let decision = try await record(
            OperatorCall(
                name,
                by: call.actor,
                channel: channel,
                reason: try call.input.text("reason", bytesMax: OperatorCall.reasonBytesMax),
                act: act
            )
        )
        return .json(.ok, DecisionBody(decision: "\(decision)"))
    }

    /// `GET roster?channel=`: who belongs to a channel, and who is in it.
    func readRoster(_ call: Call) async throws(CallFault) -> Answer {
        try call.input.only("channel")
        guard let channel = try call.input.text("channel") else {
            throw CallFault(missing: "channel", "whose roster")
        }
        let decision = try await record(OperatorCall(.readRoster, by: call.actor, channel: channel))
        guard let places = await hub.roster(of: channel) else {
            throw .notFound("Nobody belongs to \(channel), and nobody is in it.")
        }
        return .json(
            .ok,
            RosterBody(
                decision: "\(decision)",
                channel: channel,
                members: places.map(PlaceBody.init).sorted { $0.subject < $1.subject }
            )
        )
    }

    /// `POST roster/enrol`: a member belongs to a channel, whatever the claims say.
    func enrol(_ call: Call) async throws(CallFault) -> Answer {
        try await enrol(call, .enrol, .enrol)
    }

    /// `POST roster/withdraw`: a member belongs to a channel only by the claims.
    func withdraw(_ call: Call) async throws(CallFault) -> Answer {
        try await enrol(call, .withdraw, .withdraw)
    }

    private func enrol(
        _ call: Call,
        _ name: OperatorCall.Name,
        _ kind: EventKind
    ) async throws(CallFault) -> Answer {
        try call.input.only("channel", "subject", "reason")
        let channel = try Self.channel(call.input, "whose roster")
        guard let subject = try call.input.uuid("subject") else {
            throw CallFault(missing: "subject", "the member's pseudonym")
        }
        let decision = try await record(
            OperatorCall(
                name,
                by: call.actor,
                subject: subject,
                channel: channel,
                reason: try call.input.text("reason", bytesMax: OperatorCall.reasonBytesMax),
                act: .enrolment(kind)
            )
        )
        let place = await hub.roster(of: channel)?.first { $0.subject == subject }
        return .json(
            .ok,
            EnrolmentBody(decision: "\(decision)", belongs: place?.belongs ?? false)
        )
    }

    private static func channel(
        _ input: CallInput,
        _ meaning: String
    ) throws(CallFault) -> String {
        guard let channel = try input.text("channel") else {
            throw CallFault(missing: "channel", meaning)
        }
        return channel
    }
}

private struct ChannelsBody: Encodable {
    let decision: String
    let channels: [ChannelBody]
}

private struct ChannelBody: Encodable {
    struct Heads: Encodable {
        let adults: Int
        let minors: Int
        let moderators: Int

        init(_ count: HeadCount) {
            (adults, minors, moderators) = (count.adults, count.minors, count.moderators)
        }
    }

    let channel: String
    let roster: Heads
    let present: Heads
    let slowSeconds: Int
    let frozen: Bool

    init(_ open: OpenChannel) {
        channel = open.name
        roster = Heads(open.heads.roster)
        present = Heads(open.heads.present)
        slowSeconds = open.slowSeconds
        frozen = open.isFrozen
    }
}

private struct RosterBody: Encodable {
    let decision: String
    let channel: String
    let members: [PlaceBody]
}

private struct PlaceBody: Encodable {
    let subject: String
    let belongs: Bool
    let enrolled: Bool
    let sessions: Int
    let minor: Bool
    let moderator: Bool

    init(_ place: RosterPlace) {
        subject = "\(place.subject)"
        belongs = place.belongs
        enrolled = place.isEnrolled
        sessions = place.sessions
        minor = place.isMinor
        moderator = place.isModerator
    }
}

private struct EnrolmentBody: Encodable {
    let decision: String
    let belongs: Bool
}
