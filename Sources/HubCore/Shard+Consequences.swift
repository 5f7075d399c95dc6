import AuditLog
import PolicyEngine

extension Shard {
    /// Proposes the events that follow from a verdict, right behind its own; each refers to it.
    func propose(_ consequences: Consequences, of principal: Proposal, rules: [String]) {
        guard principal.subject != nil else { return }
        for strike in consequences.strikes {
            var detail = Detail.byRule
            detail.number("count", Int64(strike.count))
            follow(.strike, principal, [strike.rule], detail) {
                $0.change = .strike(rule: strike.rule, count: strike.count)
            }
        }
        sanction(.mute, consequences.muteSeconds, principal, rules)
        sanction(.ban, consequences.banSeconds, principal, rules)
        if let channel = principal.channelName {
            sanction(.mute, consequences.channelMuteSeconds, in: channel, principal, rules)
            sanction(.ban, consequences.channelBanSeconds, in: channel, principal, rules)
        }
        if consequences.preserveSeconds > 0, let channel = principal.channelName {
            preserve(channel, consequences.preserveSeconds, principal, rules)
        }
    }

    /// - Parameters:
    ///   - seconds: how long it lasts; 0 for none.
    ///   - channel: where it holds; nil for the whole hub.
    private func sanction(
        _ kind: EventKind,
        _ seconds: Int,
        in channel: String? = nil,
        _ principal: Proposal,
        _ rules: [String]
    ) {
        guard seconds > 0, let subject = principal.subject else { return }
        // Whoever is sanctioned in more channels than are remembered is so everywhere.
        let place = channel.flatMap {
            standing.hasRoom(for: $0, of: subject, at: now.wall) ? $0 : nil
        }
        let member = standing[subject]
        let here = place.map { member.channels[$0] ?? Standing.InChannel() }
        let inForce =
            kind == .mute
            ? here?.mutedUntil ?? member.mutedUntil : here?.bannedUntil ?? member.bannedUntil
        // A rule never shortens what is in force already.
        let until = after(seconds)
        guard inForce < until else { return }
        var detail = Detail.byRule
        detail.number("until", until)
        if kind == .ban { detail.yes("provisional") }
        follow(kind, principal, rules, detail) {
            $0.until = until
            $0.channelName = place
        }
    }

    /// Keeps what was said in a channel, from as long before as after. Whole hours, so that many hits
    /// come to few preservations.
    private func preserve(
        _ channel: String,
        _ seconds: Int,
        _ principal: Proposal,
        _ rules: [String]
    ) {
        let hour: Int64 = 3_600_000_000
        let start = after(-seconds) / hour * hour
        let window = start..<(after(seconds) / hour + 1) * hour
        if let preserved = preserved[channel], preserved.lowerBound <= window.lowerBound,
            preserved.upperBound >= window.upperBound
        {
            return
        }
        var detail = Detail.byRule
        detail.number("from", window.lowerBound)
        detail.number("to", window.upperBound)
        detail.number("review", now.wall + Self.reviewAfter)
        follow(.preserve, principal, rules, detail) {
            $0.channelName = channel
            $0.change = .preserved(window)
        }
    }

    private func follow(
        _ kind: EventKind,
        _ principal: Proposal,
        _ rules: [String],
        _ detail: Detail,
        _ change: (inout Proposal) -> Void
    ) {
        // A preservation is of all that was said in the channel, whoever said it.
        var proposal = proposal(
            kind,
            subject: kind == .preserve ? nil : principal.subject,
            session: principal.session
        )
        proposal.follows = true
        change(&proposal)
        var particulars = Particulars(started: ticks())
        particulars.rules = rules
        particulars.detail = detail
        record(&proposal, particulars)
    }

    /// The time so many seconds from now, microseconds since 2000-01-01 UTC.
    private func after(_ seconds: Int) -> Int64 {
        now.wall + Int64(min(max(seconds, -Self.secondsMax), Self.secondsMax)) * 1_000_000
    }

    /// Remembers what is preserved, so that it isn't preserved again.
    func note(_ proposal: Proposal) {
        if proposal.kind == .unpreserve { preserved = [:] }
        guard case .preserved(let window) = proposal.change, let channel = proposal.channelName
        else { return }
        if preserved.count >= Self.preservedMax {
            preserved = preserved.filter { $0.value.upperBound > now.wall }
        }
        preserved[channel] = window
    }

    /// A hundred years: as good as for ever, and no time overflows.
    private static var secondsMax: Int { 3_153_600_000 }
    /// Channels at which those whose window is over are forgotten.
    private static var preservedMax: Int { 1 << 14 }
    /// A preservation by rule has no order behind it: a person looks within a month whether it stays.
    private static var reviewAfter: Int64 { 30 * 86_400_000_000 }
}

extension Detail {
    /// What an event begins with that a rule asked for, and no person.
    fileprivate static var byRule: Detail {
        var detail = Detail()
        detail.code("by", "rule")
        return detail
    }
}
