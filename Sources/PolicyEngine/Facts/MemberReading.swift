import CEL
import JSONDocument

/// Which claims of a token tell what of a member: the entry `members` of `bundle.yaml`.
package struct MemberReading: Sendable {
    /// The claim with a role or a list of roles.
    var roles = "roles"
    /// The claim with the date of birth, `YYYY-MM-DD` (OpenID Connect Core 1.0 §5.1).
    var birthdate = "birthdate"
    /// The claim with the names of the channels that a member belongs to.
    var channels = "channels"
    /// Years at which a member comes of age.
    var adultAge = 18
    /// Roles whose adult holders count as moderators of a channel.
    var moderators: [String] = ["moderator"]
    /// Further claims, as `subject.claims.<name>`.
    var declared: [DeclaredClaim] = []

    /// A claim that rules may name, with what it is when a token doesn't have it.
    struct DeclaredClaim: Sendable {
        let name: String
        let type: ClaimType
        let missing: Value
    }

    /// The types of claims that rules may name.
    enum ClaimType: String, CaseIterable, Sendable {
        case bool, int, string
        /// A list of strings.
        case list

        var valueType: ValueType {
            switch self {
            case .bool: .bool
            case .int: .int
            case .string: .string
            case .list: .list(.string)
            }
        }
    }
}

extension MemberReading {
    /// Reads a member's claims. One of another type than declared counts as missing, and an age
    /// that can't be read makes a minor.
    ///
    /// - Parameter claims: the token's claims, a JSON object; anything else has none.
    package func member(id: String, name: String, claims: String) -> MemberFacts {
        let parser = JSONParser(depthMax: Self.depthMax)
        var claims = claims
        return claims.withUTF8 { text in
            withExtendedLifetime(parser) {
                guard case .value(let value) = parser.parse(UnsafeRawBufferPointer(text)),
                    value.kind == .object
                else { return member(id: id, name: name, nil) }
                return member(id: id, name: name, value)
            }
        }
    }

    private func member(id: String, name: String, _ claims: JSONValue?) -> MemberFacts {
        func claim(_ name: String) -> JSONValue? {
            var name = name
            return name.withUTF8 { claims?.member(UnsafeRawBufferPointer($0)) }
        }
        let roles = claim(roles)?.words ?? []
        return MemberFacts(
            id: id,
            name: name,
            roles: roles,
            ofAgeAt: claim(birthdate)?.string.flatMap(ofAge),
            hasModeratorRole: roles.contains(where: moderators.contains),
            channels: claim(channels)?.words ?? [],
            claims: Dictionary(
                uniqueKeysWithValues: declared.map { declared in
                    (
                        declared.name,
                        claim(declared.name).flatMap(declared.type.value) ?? declared.missing
                    )
                }
            )
        )
    }

    /// When someone born on this day comes of age: at midnight UTC; who was born on 29 February, on
    /// 1 March. Nil when it is no day.
    func ofAge(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int64? {
            bytes[range].reduce(0 as Int64?) { number, byte in
                (48...57).contains(byte) ? number.map { $0 * 10 + Int64(byte) - 48 } : nil
            }
        }
        guard bytes.count == 10, [bytes[4], bytes[7]] == [45, 45],
            let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            year >= Self.oldest, CivilDate(year: year, month: month, day: day).isReal
        else { return nil }
        let ofAge = CivilDate(year: year + Int64(adultAge), month: month, day: day)
        return (ofAge.dayNumber * 86_400 - Self.epoch) * 1_000_000
    }

    /// Nobody older lives; such a date is a placeholder.
    private static let oldest: Int64 = 1900
    /// 2000-01-01 UTC, seconds since 1970.
    private static let epoch: Int64 = 946_684_800
    /// Claims nest a level or two.
    private static let depthMax = 16
}

extension MemberReading.ClaimType {
    /// The value of a claim, or nil when it is of another type.
    func value(_ claim: JSONValue) -> Value? {
        switch self {
        case .bool: claim.bool.map(Value.bool)
        case .int: claim.int64.map(Value.int)
        case .string: claim.string.map(Value.string)
        case .list: claim.words.map { .list($0.map(Value.string)) }
        }
    }
}

extension JSONValue {
    /// A word, or a list of words alone.
    fileprivate var words: [String]? {
        if let string { return [string] }
        guard kind == .array else { return nil }
        var words: [String] = []
        for element in elements {
            guard let word = element.string else { return nil }
            words.append(word)
        }
        return words
    }
}
