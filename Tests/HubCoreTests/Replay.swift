import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

/// The state at each event, reckoned from the events before it.
struct Replay {
    private let hub: SimulatedHub
    private var state: HubState
    private var moderators: Set<UUID16> = []
    /// The digest of the bundle that is in force.
    private var policy: [UInt8]
    /// When members wrote in slow channels.
    private var words: [String: Int64] = [:]

    init(_ hub: SimulatedHub) {
        self.hub = hub
        state = HubState(hub.bundle)
        policy = hub.bundles[0].digest
    }

    /// Nobody comes in while banned, or by a token that is revoked.
    func checkConnect(_ event: Event) throws {
        guard event.disposition == .allow, let subject = event.subject else { return }
        let member = state.standing[subject]
        #expect(member.bannedUntil <= event.at)
        let claims = try #require(hub.subjects[event.seq]).withUnsafeBytes {
            try SubjectRow(decoding: $0).claims
        }
        let seconds = claims.split(separator: "\"iat\":")[1].prefix { $0.isNumber }
        let issuedAt = TokenMark(id: nil, issuedAt: Int64(seconds), key: Fixture.key).issuedAt
        #expect(try #require(issuedAt) > max(member.revokedThrough, member.forgottenThrough))
    }

    /// Nobody joins a channel that it is banned from.
    func checkJoin(_ event: Event) {
        guard event.disposition == .allow, let subject = event.subject, let channel = event.channel
        else { return }
        #expect(state.standing.bannedUntil(subject, from: channel) <= event.at)
    }

    /// Nothing that was accepted goes against a sanction or a setting of its channel.
    private mutating func checkChannel(_ event: Event, _ subject: UUID16, _ channel: String) {
        #expect(state.standing.mutedUntil(subject, in: channel) <= event.at)
        #expect(state.standing.bannedUntil(subject, from: channel) <= event.at)
        guard let session = event.session, !moderators.contains(session) else { return }
        let setting = state.settings[channel]
        #expect(setting?.isFrozen != true)
        // An edit is no message of its own.
        guard event.kind == .message, let seconds = setting?.slowSeconds, seconds > 0,
            event.disposition != .bounce, event.disposition != .block
        else { return }
        let last = words.updateValue(event.at, forKey: "\(channel) \(subject)")
        #expect(last.map { event.at - $0 >= Int64(seconds) * 1_000_000 } ?? true)
    }

    /// Checks a message's verdict and what follows from it.
    ///
    /// - Returns: the rule that it tried; empty when it never came to the rules.
    mutating func check(_ event: Event, _ following: [EventKind]) -> String {
        guard let subject = event.subject, let channel = event.channel,
            event.stage == .done || event.stage == .rules
        else { return "" }
        let text =
            hub.contents[event.seq, default: []].first
            .map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        let member = state.standing[subject]
        #expect(event.policy == policy)
        #expect(member.bannedUntil <= event.at)
        checkChannel(event, subject, channel)
        if text.contains("call me") {
            let minors = state.roster.heads(of: channel, at: event.at).roster.minors
            #expect(event.disposition == (minors > 0 ? .hold : .allow))
            #expect(following.isEmpty)
            return minors > 0 ? "call me held" : "call me"
        }
        if text.contains("darn") {
            let since = event.at - 7 * 86_400_000_000
            let strikes = member.strikes.count { $0.rule == "swearing" && $0.at > since } + 1
            #expect(event.disposition == .redact)
            #expect(following == (strikes >= 3 ? [.strike, .mute] : [.strike]))
            return "darn"
        }
        if text.contains("whatever") {
            #expect(event.disposition == .bounce && following.isEmpty)
            return "whatever"
        }
        #expect(event.disposition == .allow)
        if text.contains("hopeless") {
            #expect(following == [.preserve] || following.isEmpty)
            return "hopeless"
        }
        #expect(following.isEmpty)
        return "hello"
    }

    mutating func apply(_ event: Event) throws {
        try hub.apply(event, to: &state)
        if event.kind == .policyActivated { policy = try #require(event.policy) }
        if event.kind == .hubStarted { words = [:] }
        guard let row = hub.subjects[event.seq], let session = event.session else { return }
        let claims = try row.withUnsafeBytes { try SubjectRow(decoding: $0) }.claims
        moderators.remove(session)
        if claims == Fixture.moderator { moderators.insert(session) }
    }
}
