extension TokenIssuer {
    /// Whether a token's `typ` is the one that this issuer's tokens have.
    func accepts(type sent: String?) -> Bool {
        guard let type else {
            return sent.map { TokenIssuer.shortType($0) == "jwt" } ?? true
        }
        return sent.map { TokenIssuer.shortType($0) == TokenIssuer.shortType(type) } ?? false
    }

    /// Checks the claims of a token whose signature is good: times first, so that the commonest
    /// fault has its own name, then `aud` and `sub`, then the facts.
    func principal(
        _ claims: JoseJSON,
        _ payload: [UInt8],
        key: [UInt8],
        at now: Double
    ) -> Result<Principal, TokenFault> {
        let times: Times
        switch self.times(claims, at: now) {
        case .failure(let fault): return .failure(fault)
        case .success(let checked): times = checked
        }
        guard let audience = claims["aud"]?.textOrTexts,
            audience.contains(where: { sent in audiences.contains { ASCII.equals($0, sent) } })
        else { return .failure(.wrongAudience) }
        guard let subject = claims["sub"]?.text, TokenIssuer.isIdentifier(subject) else {
            return .failure(.badSubject)
        }
        guard let facts = Facts(claims, names: self.claims) else {
            return .failure(.badClaim)
        }
        return .success(
            Principal(
                issuer: name,
                key: key,
                subject: subject,
                name: facts.name,
                tokenID: facts.tokenID,
                issuedAt: times.issuedAt.map { Int64($0.rounded(.down)) },
                expiresAt: Int64(times.expiresAt.rounded(.down)),
                validUntil: Int64(times.expiresAt.rounded(.down)) + leewaySeconds,
                claims: payload,
                roles: facts.roles,
                clubs: facts.clubs,
                rights: facts.rights,
                birthdate: facts.birthdate,
                claimedAge: facts.age
            )
        )
    }

    private struct Times {
        var expiresAt: Double
        var issuedAt: Double?
    }

    /// RFC 7519 §4.1.4 to §4.1.6, and the longest lifetime.
    private func times(_ claims: JoseJSON, at now: Double) -> Result<Times, TokenFault> {
        func date(_ name: String) -> Double?? {
            guard let value = claims[name] else { return .some(nil) }
            guard let seconds = value.number, seconds >= 0, seconds <= TokenIssuer.secondsMax
            else { return nil }
            return seconds
        }
        guard case let expiry?? = date("exp"), let start = date("nbf"), let issued = date("iat")
        else { return .failure(.badTimes) }
        guard start.map({ $0 < expiry }) ?? true, issued.map({ $0 < expiry }) ?? true else {
            return .failure(.badTimes)
        }
        let leeway = Double(leewaySeconds)
        guard now < expiry + leeway else { return .failure(.expired) }
        guard start.map({ $0 <= now + leeway }) ?? true, issued.map({ $0 <= now + leeway }) ?? true
        else { return .failure(.notYetValid) }
        guard expiry - (issued ?? now) <= Double(lifetimeMaxSeconds) else {
            return .failure(.lifetimeTooLong)
        }
        return .success(Times(expiresAt: expiry, issuedAt: issued))
    }

    /// What the claims say about a member. An unusable age is an unknown age, which is a minor's;
    /// any other claim of the wrong shape is refused.
    private struct Facts {
        var name: String?
        var tokenID: String?
        var roles: [String]
        var clubs: [String]
        var rights: [String]
        var birthdate: Birthdate?
        var age: Int?

        init?(_ claims: JoseJSON, names: ClaimNames) {
            if let value = claims.claim(names.name) {
                guard let text = value.text, text.utf8.count <= TokenIssuer.identifierBytesMax,
                    !text.unicodeScalars.contains(where: {
                        $0.properties.generalCategory == .control
                    })
                else { return nil }
                name = text
            }
            if let value = claims["jti"] {
                guard let text = value.text, TokenIssuer.isIdentifier(text) else { return nil }
                tokenID = text
            }
            guard let roles = Facts.list(claims.claim(names.roles)),
                let clubs = Facts.list(claims.claim(names.clubs)),
                let rights = Facts.list(claims.claim(names.rights))
            else { return nil }
            (self.roles, self.clubs, self.rights) = (roles, clubs, rights)
            birthdate = claims.claim(names.birthdate)?.text.flatMap(Birthdate.init(parsing:))
            age = claims.claim(names.age)?.number.flatMap { number in
                number >= 0 && number <= 150 ? Int(number.rounded(.down)) : nil
            }
        }

        private static func list(_ value: JoseJSON?) -> [String]? {
            guard let value else { return [] }
            guard let texts = value.textOrTexts, texts.count <= listCountMax,
                texts.allSatisfy(TokenIssuer.isIdentifier)
            else { return nil }
            return texts
        }

        /// A member of a federation has tens of clubs, not hundreds; facts are copied per session.
        private static let listCountMax = 64
    }

    /// The limit of every name and id in the record: 1 to 256 bytes, no U+0000.
    private static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= identifierBytesMax && !text.utf8.contains(0)
    }

    /// A media type in the short form of RFC 7515 §4.1.9.
    private static func shortType(_ type: String) -> String {
        let lower = ASCII.lowercased(type)
        let prefix = "application/"
        guard lower.hasPrefix(prefix), !lower.dropFirst(prefix.count).contains("/") else {
            return lower
        }
        return String(lower.dropFirst(prefix.count))
    }

    private static let identifierBytesMax = 256
    /// The end of year 9999: later dates are mistakes of unit.
    private static let secondsMax: Double = 253_402_300_799
}
