import AuditLog
import HubCore
import Outcomes
import PolicyEngine
import Testing

@Suite("Who belongs to a channel")
struct RosterTests {
    private static let day: Int64 = 86_400_000_000
    /// 2026-06-15 12:00 UTC.
    private static let noon: Int64 = 834_840_000_000_000
    private static let u14 = "club:demo:u14"

    private static func claims(
        _ channels: [String],
        born: String? = nil,
        role: String = "player"
    ) -> String {
        let names = channels.map { "\"\($0)\"" }.joined(separator: ",")
        let birthdate = born.map { ",\"birthdate\":\"\($0)\"" } ?? ""
        return "{\"channels\":[\(names)],\"roles\":[\"\(role)\"]\(birthdate)}"
    }

    private static func id(_ number: Int) -> UUID16 { UUID16(high: 1, low: UInt64(number)) }

    private static func heads(
        _ adults: Int,
        _ minors: Int,
        _ moderators: Int,
        present: (Int, Int, Int) = (0, 0, 0)
    ) -> Heads {
        var heads = Heads()
        heads.roster = HeadCount(adults: adults, minors: minors, moderators: moderators)
        heads.present = HeadCount(
            adults: present.0,
            minors: present.1,
            moderators: present.2
        )
        return heads
    }

    @Test("members belong by their claims, guests while they are in; nobody counts twice")
    func counting() {
        var roster = Roster()
        let channel = Self.u14
        roster.restore(
            subject: Self.id(1),
            claims: Self.claims([channel, channel], born: "1990-02-03", role: "moderator")
        )
        roster.restore(subject: Self.id(2), claims: Self.claims([channel], born: "2013-01-01"))
        #expect(roster.heads(of: channel, at: Self.noon) == Self.heads(1, 1, 1))
        #expect(roster.isNamed(channel) && !roster.isNamed("club:other"))
        // The same member twice, and a guest of whom nothing is known.
        for (subject, session) in [(1, 11), (1, 12), (3, 13)] {
            roster.apply(
                .join,
                .allow,
                subject: Self.id(subject),
                session: Self.id(session),
                channel: channel
            )
        }
        #expect(
            roster.heads(of: channel, at: Self.noon) == Self.heads(1, 2, 1, present: (1, 1, 1))
        )
        for (subject, session) in [(1, 11), (3, 13)] {
            roster.apply(
                .disconnect,
                .allow,
                subject: Self.id(subject),
                session: Self.id(session),
                channel: nil
            )
        }
        #expect(
            roster.heads(of: channel, at: Self.noon) == Self.heads(1, 1, 1, present: (1, 0, 1))
        )
        roster.apply(.hubStarted, .allow, subject: nil, session: nil, channel: nil)
        #expect(roster.heads(of: channel, at: Self.noon) == Self.heads(1, 1, 1))
        roster.apply(.erase, .allow, subject: Self.id(1), session: nil, channel: nil)
        #expect(roster.heads(of: channel, at: Self.noon) == Self.heads(0, 1, 0))
    }

    @Test("who is enrolled belongs, whatever the claims say, until withdrawn or forgotten")
    func enrolment() {
        var roster = Roster()
        func apply(_ kind: EventKind, _ subject: Int, session: Int? = nil) {
            roster.apply(
                kind,
                .allow,
                subject: Self.id(subject),
                session: session.map(Self.id),
                channel: Self.u14
            )
        }
        apply(.enrol, 1)
        apply(.enrol, 1)
        #expect(roster.heads(of: Self.u14, at: Self.noon) == Self.heads(0, 1, 0), "of unknown age")
        #expect(roster.isNamed(Self.u14) && roster.belongs(Self.id(1), to: Self.u14))
        roster.restore(subject: Self.id(1), claims: Self.claims([], born: "1990-01-01"))
        #expect(roster.heads(of: Self.u14, at: Self.noon) == Self.heads(1, 0, 0))
        roster.restore(subject: Self.id(1), claims: Self.claims([Self.u14], born: "1990-01-01"))
        #expect(roster.heads(of: Self.u14, at: Self.noon) == Self.heads(1, 0, 0), "not twice")
        roster.apply(.hubStarted, .allow, subject: nil, session: nil, channel: nil)
        let place = roster.places(in: Self.u14, at: Self.noon)?.first
        #expect(place?.belongs == true && place?.isEnrolled == true)
        apply(.withdraw, 1)
        #expect(roster.belongs(Self.id(1), to: Self.u14), "the claims still name it")
        roster.restore(subject: Self.id(1), claims: Self.claims([]))
        #expect(!roster.holds(Self.u14))
        apply(.enrol, 1)
        apply(.join, 1, session: 9)
        apply(.ban, 1)
        let heads = roster.heads(of: Self.u14, at: Self.noon)
        #expect(heads == Self.heads(0, 1, 0), "a ban takes out who is in, not who belongs")
        apply(.erase, 1)
        apply(.disconnect, 1, session: 9)
        #expect(roster == Roster())
    }

    @Test("a member comes of age at midnight, and a clock set back makes a minor again")
    func comingOfAge() {
        var roster = Roster()
        // 18 on 16 June 2026, the midnight twelve hours later.
        roster.restore(
            subject: Self.id(1),
            claims: Self.claims([Self.u14], born: "2008-06-16", role: "moderator")
        )
        let midnight = Self.noon + Self.day / 2
        #expect(roster.heads(of: Self.u14, at: midnight - 1) == Self.heads(0, 1, 0))
        #expect(roster.heads(of: Self.u14, at: midnight) == Self.heads(1, 0, 1))
        #expect(roster.heads(of: Self.u14, at: midnight - 1) == Self.heads(0, 1, 0))
    }

    @Test("an erased member who is still connected is of unknown age: a minor")
    func forgottenWhilePresent() {
        var roster = Roster()
        roster.restore(subject: Self.id(1), claims: Self.claims([Self.u14], born: "1990-01-01"))
        roster.apply(
            .join,
            .allow,
            subject: Self.id(1),
            session: Self.id(9),
            channel: Self.u14
        )
        let known = roster.heads(of: Self.u14, at: Self.noon)
        #expect(known == Self.heads(1, 0, 0, present: (1, 0, 0)))
        roster.apply(.erase, .allow, subject: Self.id(1), session: nil, channel: nil)
        let unknown = roster.heads(of: Self.u14, at: Self.noon)
        #expect(unknown == Self.heads(0, 1, 0, present: (0, 1, 0)))
        roster.apply(
            .disconnect,
            .allow,
            subject: Self.id(1),
            session: Self.id(9),
            channel: nil
        )
        #expect(roster == Roster())
    }

    @Test("counts kept step by step are those counted anew", arguments: 0..<20)
    func model(seed: Int) {
        var random = SeededGenerator(state: UInt64(seed))
        var roster = Roster()
        var model = Model()
        var now = Self.noon
        for _ in 0..<300 {
            now += Int64.random(in: -Self.day...90 * Self.day, using: &random)
            let subject = Self.id(Int.random(in: 0..<12, using: &random))
            let session = Self.id(Int.random(in: 100..<118, using: &random))
            let channel = ["a", "b", "c"].randomElement(using: &random)!
            let kind: EventKind
            switch Int.random(in: 0..<26, using: &random) {
            case 20..<23: kind = .enrol
            case 23..<25: kind = .withdraw
            case 25: kind = .ban
            case 0..<5:
                let year = Int.random(in: 2005...2016, using: &random)
                let claims = Self.claims(
                    ["a", "b", "c"].filter { _ in Bool.random(using: &random) },
                    born: Bool.random(using: &random) ? "\(year)-03-01" : nil,
                    role: Bool.random(using: &random) ? "moderator" : "player"
                )
                roster.restore(subject: subject, claims: claims)
                model.claims[subject] = claims
                continue
            case 5..<11: kind = .join
            case 11..<14: kind = .leave
            case 14..<18: kind = .disconnect
            case 18: kind = .erase
            default: kind = Int.random(in: 0..<8, using: &random) == 0 ? .hubStarted : .leave
            }
            roster.apply(kind, .allow, subject: subject, session: session, channel: channel)
            model.apply(kind, subject, session, channel)
            for channel in ["a", "b", "c"] {
                #expect(roster.heads(of: channel, at: now) == model.heads(of: channel, at: now))
            }
        }
    }

    /// The same, without anything that makes it quick.
    private struct Model {
        var claims: [UUID16: String] = [:]
        var joined: Set<Place> = []
        var enrolled: Set<Place> = []

        struct Place: Hashable {
            let subject: UUID16
            let session: UUID16
            let channel: String
        }

        mutating func apply(
            _ kind: EventKind,
            _ subject: UUID16,
            _ session: UUID16,
            _ channel: String
        ) {
            let place = Place(subject: subject, session: session, channel: channel)
            switch kind {
            case .join: joined.insert(place)
            case .leave: joined.remove(place)
            case .enrol:
                enrolled.insert(Place(subject: subject, session: subject, channel: channel))
            case .withdraw:
                enrolled.remove(Place(subject: subject, session: subject, channel: channel))
            case .ban:
                joined = joined.filter { $0.subject != subject || $0.channel != channel }
            case .disconnect:
                joined = joined.filter { $0.subject != subject || $0.session != session }
            case .erase:
                claims[subject] = nil
                enrolled = enrolled.filter { $0.subject != subject }
            default: joined = []
            }
        }

        func heads(of channel: String, at now: Int64) -> Heads {
            let facts = claims.mapValues {
                MemberReading.standard.member(id: "", name: "", claims: $0)
            }
            let present = Set(joined.lazy.filter { $0.channel == channel }.map(\.subject))
            let named = facts.filter { $0.value.channels.contains(channel) }.map(\.key)
            var heads = Heads()
            let chosen = enrolled.lazy.filter { $0.channel == channel }.map(\.subject)
            for subject in present.union(named).union(chosen) {
                let isMinor = facts[subject]?.isMinor(at: now) ?? true
                var one = HeadCount(adults: isMinor ? 0 : 1, minors: isMinor ? 1 : 0)
                one.moderators = !isMinor && facts[subject]!.hasModeratorRole ? 1 : 0
                heads.roster = heads.roster + one
                if present.contains(subject) { heads.present = heads.present + one }
            }
            return heads
        }
    }
}

private func + (left: HeadCount, right: HeadCount) -> HeadCount {
    HeadCount(
        adults: left.adults + right.adults,
        minors: left.minors + right.minors,
        moderators: left.moderators + right.moderators
    )
}
