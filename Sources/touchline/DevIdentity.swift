import Foundation
import Handshake

/// A role that development tokens can carry.
enum DevRole: String, CaseIterable, Sendable {
    case coach, player, moderator, `operator`

    /// Those who are there to talk.
    static let members: [DevRole] = [.coach, .player, .moderator]

    /// Who has it in the tokens that `dev` prints.
    var person: String {
        switch self {
        case .coach: "Cara"
        case .player: "Pia"
        case .moderator: "Mona"
        case .operator: "Olga"
        }
    }

    /// A player is 13, because a hub for clubs is mostly a hub for children.
    var age: Int {
        switch self {
        case .coach: 41
        case .player: 13
        case .moderator: 35
        case .operator: 52
        }
    }

    /// The role that a name stands for: a role's own name, or one of the four people; else a
    /// player, who may least.
    static func known(as name: String) -> DevRole {
        let word = name.lowercased()
        return allCases.first { $0.rawValue == word || $0.person.lowercased() == word } ?? .player
    }
}

/// Someone to try a hub as.
struct DevIdentity: Hashable, Sendable {
    let name: String
    let role: DevRole

    /// - Parameter role: nil for the one that goes with the name.
    init(name: String, role: DevRole? = nil) throws(CommandFault) {
        guard !name.isEmpty, name.utf8.count <= 256, !name.utf8.contains(0) else {
            throw CommandFault("a name has 1 to 256 bytes.")
        }
        let known = DevRole.known(as: name)
        // `--as coach` and `--as cara` are Cara: the person of the token that `dev` prints.
        let isKnown = [known.rawValue, known.person.lowercased()].contains(name.lowercased())
        self.name = isKnown ? known.person : name
        self.role = role ?? known
    }

    /// `sub`: the name in lower case, so that `Cara` and `cara` are one person.
    var subject: String { name.lowercased() }

    /// What a moderator may: look after the club's channels.
    private var rights: [String] {
        role == .moderator ? ["moderate:\(DevEnvironment.channels)"] : []
    }

    /// The day that makes the person as old as their role says, half a year ago.
    func birthdate(at now: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let months = DateComponents(month: -(role.age * 12 + 6))
        let birth = calendar.date(byAdding: months, to: now) ?? now
        let day = calendar.dateComponents([.year, .month, .day], from: birth)
        return [(day.year ?? 0, 4), (day.month ?? 0, 2), (day.day ?? 0, 2)]
            .map { number, width in
                let text = String(number)
                return String(repeating: "0", count: max(0, width - text.count)) + text
            }
            .joined(separator: "-")
    }

    /// A token for this person, signed with the development issuer's key.
    func token(
        signer: TokenSigner,
        now: Date,
        lifetime: Duration
    ) throws(CommandFault) -> String {
        let issued = Int64(now.timeIntervalSince1970)
        do {
            return try signer.sign(claims: [
                ("iss", .string(DevEnvironment.issuer)),
                ("aud", .string(DevEnvironment.audience)),
                ("sub", .string(subject)),
                ("name", .string(name)),
                ("role", .string(role.rawValue)),
                ("birthdate", .string(birthdate(at: now))),
                ("vetted", .boolean(role != .player)),
                ("channels", .strings([DevEnvironment.channel])),
                ("rights", .strings(rights)),
                ("iat", .integer(issued)),
                ("exp", .integer(issued + lifetime.components.seconds)),
            ])
        } catch {
            throw CommandFault("the token could not be signed: \(error).")
        }
    }
}
