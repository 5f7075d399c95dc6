import CEL
import Spelling

/// A member that nobody is, to judge something as theirs.
package struct SupposedMember: Sendable {
    package var name = "Sam"
    package var isMinor = false
    package var roles: [String] = []
    /// Claims that the bundle declares, as a command line gives them: `true`, `3`, a word, or words
    /// between commas.
    package var claims: [String: String] = [:]

    package init() {}

    /// Why there can be no such member, in a sentence.
    package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }
}

extension Bundle {
    /// What the bundle's rules know of a supposed member; claims that aren't given are missing.
    package func member(
        supposed member: SupposedMember
    ) throws(SupposedMember.Fault) -> MemberFacts {
        var claims: [String: Value] = [:]
        for (name, text) in member.claims.sorted(by: { $0.key < $1.key }) {
            guard let declared = members.declared.first(where: { $0.name == name }) else {
                let hint = Spelling.hintOrList(for: name, of: members.declared.map(\.name))
                throw SupposedMember.Fault(
                    description: "bundle.yaml declares no claim '\(name)'\(hint)."
                )
            }
            guard let value = declared.type.value(text) else {
                throw SupposedMember.Fault(
                    description: "The claim '\(name)' is \(declared.type.inWords), not '\(text)'."
                )
            }
            claims[name] = value
        }
        return members.supposed(
            name: member.name,
            isMinor: member.isMinor,
            roles: member.roles,
            claims: claims
        )
    }
}

extension MemberFacts {
    /// The same member under another name.
    func named(_ name: String) -> MemberFacts {
        MemberFacts(
            id: id,
            name: name,
            roles: roles,
            ofAgeAt: ofAgeAt,
            hasModeratorRole: hasModeratorRole,
            channels: channels,
            claims: claims
        )
    }
}

extension MemberReading {
    /// Facts of a member who was never here.
    func supposed(
        id: String = "member",
        name: String,
        isMinor: Bool,
        roles: [String],
        claims: [String: Value]
    ) -> MemberFacts {
        MemberFacts(
            id: id,
            name: name,
            roles: roles,
            ofAgeAt: isMinor ? nil : .min,
            hasModeratorRole: roles.contains(where: moderators.contains),
            channels: [],
            claims: Dictionary(
                uniqueKeysWithValues: declared.map { ($0.name, claims[$0.name] ?? $0.missing) }
            )
        )
    }
}

extension MemberReading.ClaimType {
    fileprivate func value(_ text: String) -> Value? {
        switch self {
        case .bool: Bool(text).map(Value.bool)
        case .int: Int64(text).map(Value.int)
        case .string: .string(text)
        case .list: .list(text.split(separator: ",").map { .string(String($0)) })
        }
    }

    fileprivate var inWords: String {
        switch self {
        case .bool: "true or false"
        case .int: "a whole number"
        case .string: "a word"
        case .list: "words between commas"
        }
    }
}
