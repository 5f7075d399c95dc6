import ArgumentParser
import Foundation
import HubServer
import PolicyEngine

/// What someone supposes who asks what policies make of something.
struct SupposedOptions: ParsableArguments {
    @Option(help: "The text of a message.")
    var text: String?

    @Option(help: "A message's whole body as JSON, instead of --text.")
    var body: String?

    @Option(help: "The kind of the message, as bundle.yaml names it.")
    var kind: String = "message"

    @Option(help: "What happens: message, edit, history, join or connect.")
    var on: Occasion = .message

    @Option(name: .customLong("as"), help: "Who acts: minor or adult.")
    var age: Age = .adult

    @Option(help: "A role of theirs; may be repeated.")
    var role: [String] = []

    @Option(help: "A claim that bundle.yaml declares, as name=value; may be repeated.")
    var claim: [String] = []

    @Option(help: "Their name, as others see it.")
    var name: String = "Sam"

    @Option(help: "The channel (default: one of the last kind in bundle.yaml).")
    var channel: String?

    @Option(help: "Who belongs to the channel, such as adults=2,minors=12,moderators=1.")
    var roster: HeadCount = .youthTeam

    @Option(help: "Who is in the channel now (default: the whole roster).")
    var present: HeadCount?

    @Option(help: "When, such as 2026-05-01T20:00:00Z (default: now).")
    var at: String?

    @Option(help: "Earlier strikes, as rule=count; may be repeated.")
    var strikes: [String] = []

    @Option(help: "How often it is sent at once; the last time is told.")
    var times: Int = 1

    @Option(help: "The address that they come from.")
    var address: String = "192.0.2.1"

    @Option(help: "The Origin header of their handshake.")
    var origin: String = ""

    @Option(help: "The User-Agent header of their handshake.")
    var agent: String = ""

    enum Age: String, CaseIterable, ExpressibleByArgument {
        case minor, adult
    }

    func validate() throws {
        if on.isSaid, (text == nil) == (body == nil) {
            throw ValidationError("A message needs --text or --body, one of them.")
        }
        if !on.isSaid, text != nil || body != nil {
            throw ValidationError("Only a message has --text or --body.")
        }
        if !(1...10_000).contains(times) { throw ValidationError("--times is 1 to 10000.") }
    }

    /// The scenario by these policies.
    ///
    /// - Throws: a `CommandFault` for what these policies don't know.
    func scenario(_ bundle: PolicyEngine.Bundle) throws -> Scenario {
        var member = SupposedMember()
        member.name = name
        member.isMinor = age == .minor
        member.roles = role
        member.claims = Dictionary(try claim.map(Self.pair)) { $1 }
        let subject: MemberFacts
        do {
            subject = try bundle.member(supposed: member)
        } catch {
            throw CommandFault("--claim: \(error)")
        }
        let now = try at.map(Self.instant) ?? Clocks().wallMicroseconds()
        let strikes = try strikes.map(Self.pair).map { rule, count in
            guard let count = Int(count), (1...1000).contains(count) else {
                throw CommandFault("--strikes: '\(count)' is no number from 1 to 1000.")
            }
            return Strike(rule: rule, at: now - Self.hour, count: count)
        }
        return Scenario(
            occasion: on,
            kind: kind,
            body: body.map { Array($0.utf8) } ?? Scenario.body(text: text ?? ""),
            circumstances: Circumstances(
                now: now,
                request: RequestFacts(
                    address: address,
                    origin: origin,
                    agent: agent,
                    isTLS: true
                ),
                subject: subject,
                strikes: strikes,
                channel: on == .connect ? nil : try channelFacts(bundle)
            ),
            times: times
        )
    }

    private func channelFacts(_ bundle: PolicyEngine.Bundle) throws -> ChannelFacts {
        let name = channel ?? bundle.supposedChannels().last?.name ?? ""
        if let facts = bundle.channel(supposed: name, roster: roster, present: present ?? roster) {
            return facts
        }
        let names = bundle.supposedChannels().map(\.name).joined(separator: ", ")
        throw CommandFault(
            "--channel: by bundle.yaml there can't be a channel '\(name)'; there can be: \(names)."
        )
    }

    private static func pair(_ text: String) throws -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw CommandFault("'\(text)' is not of the form name=value.")
        }
        return (parts[0], parts[1])
    }

    /// Microseconds since 2000-01-01 UTC.
    private static func instant(_ text: String) throws -> Int64 {
        guard let date = try? Date.ISO8601FormatStyle().parse(text) else {
            throw CommandFault("--at is a time such as 2026-05-01T20:00:00Z, not '\(text)'.")
        }
        return Int64(date.timeIntervalSince1970 - 946_684_800) * 1_000_000
    }

    private static let hour: Int64 = 3_600_000_000
}

extension Occasion: ExpressibleByArgument {}

extension HeadCount: ExpressibleByArgument {
    /// `adults=2,minors=12`; what isn't named is none.
    public init?(argument: String) {
        self.init()
        for part in argument.split(separator: ",") {
            let words = part.split(separator: "=")
            guard words.count == 2, let count = Int(words[1]), (0...1_000_000).contains(count)
            else {
                return nil
            }
            switch words[0] {
            case "adults": adults = count
            case "minors": minors = count
            case "moderators": moderators = count
            default: return nil
            }
        }
    }

    public var defaultValueDescription: String {
        "adults=\(adults),minors=\(minors),moderators=\(moderators)"
    }
}
