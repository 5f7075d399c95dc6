import Outcomes
import Testing

@testable import Handshake

@Suite("Bearer tokens")
struct TokenVerifierTests {
    @Test(
        "a token of every algorithm verifies with its key",
        arguments: SignatureAlgorithm.allCases
    )
    func everyAlgorithm(algorithm: SignatureAlgorithm) throws {
        let signer = try Fixture.signer(algorithm)
        let token = try signer.sign(payload: Fixture.claims())
        let verifier = try Fixture.verifier([signer.verificationKey])
        let principal = try verifier.verify(token, at: Fixture.now).get()
        #expect(principal.issuer == Fixture.issuer)
        #expect(principal.subject == "u-1")
        #expect(principal.expiresAt == 1_767_229_200)
        #expect(principal.validUntil == 1_767_229_230)
        #expect(principal.claims == Fixture.claims())
        #expect(principal.key == signer.verificationKey.identity)
    }

    @Test("a token of one algorithm never verifies with a key of another")
    func confusion() throws {
        for signed in SignatureAlgorithm.allCases {
            let signer = try Fixture.signer(signed)
            for claimed in SignatureAlgorithm.allCases where claimed != signed {
                let verifier = try Fixture.verifier([try Fixture.signer(claimed).verificationKey])
                let honest = try signer.sign(payload: Fixture.claims())
                #expect(verifier.verify(honest, at: Fixture.now).failure == .wrongAlgorithm)
                let header = #"{"alg":"\#(claimed.rawValue)","kid":"k1"}"#
                let lying = try signer.sign(header: Array(header.utf8), payload: Fixture.claims())
                #expect(verifier.verify(lying, at: Fixture.now).failure == .badSignature)
            }
        }
    }

    @Test("a public key used as HMAC secret opens nothing")
    func publicKeyAsSecret() throws {
        let pem = Array(TestKeys.rsaPublic.utf8)
        #expect(throws: KeyProblem.self) {
            try VerificationKey(algorithm: .hs256, keyID: "k1", secret: pem)
        }
        let forged = try TokenSigner(algorithm: .hs256, keyID: "k1", secret: [0x0A] + pem)
        let token = try forged.sign(payload: Fixture.claims())
        let key = try VerificationKey(
            algorithm: .rs256,
            keyID: "k1",
            publicPEM: TestKeys.rsaPublic
        )
        let verifier = try Fixture.verifier([key])
        #expect(verifier.verify(token, at: Fixture.now).failure == .wrongAlgorithm)
    }

    @Test(
        "a header that isn't the expected one is refused",
        arguments: [
            (#"{"alg":"none","kid":"k1"}"#, .wrongAlgorithm),
            (#"{"alg":"None","kid":"k1"}"#, .wrongAlgorithm),
            (#"{"alg":"es256","kid":"k1"}"#, .wrongAlgorithm),
            (#"{"alg":"ES256"}"#, .unknownKey), (#"{"alg":"ES256","kid":"K1"}"#, .unknownKey),
            (#"{"alg":"ES256","kid":""}"#, .unknownKey), (#"{"alg":"ES256","kid":1}"#, .badHeader),
            (#"{"alg":"ES256","kid":null}"#, .badHeader), (#"{"kid":"k1"}"#, .badHeader),
            (#"{"alg":["ES256"],"kid":"k1"}"#, .badHeader), ("[]", .badHeader), ("", .notCompact),
            (#"{"alg":"ES256","alg":"ES256","kid":"k1"}"#, .badHeader),
            (#"{"alg":"ES256","kid":"k1","typ":7}"#, .badHeader),
            (#"{"alg":"ES256","kid":"k1","crit":["exp"]}"#, .criticalHeader),
            (#"{"alg":"ES256","kid":"k1","crit":[]}"#, .criticalHeader),
            (#"{"alg":"ES256","kid":"k1","b64":false}"#, .criticalHeader),
            (#"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#, .wrongType),
        ] as [(String, TokenFault)]
    )
    func headers(header: String, fault: TokenFault) throws {
        let signer = try Fixture.signer()
        let token = try signer.sign(header: Array(header.utf8), payload: Fixture.claims())
        let verifier = try Fixture.verifier([signer.verificationKey])
        #expect(verifier.verify(token, at: Fixture.now).failure == fault)
    }

    @Test("a key that the token brings along is not used")
    func embeddedKeys() throws {
        let stranger = try TokenSigner(
            algorithm: .hs256,
            keyID: "k1",
            secret: Array(repeating: 9, count: 32)
        )
        let verifier = try Fixture.verifier([try Fixture.signer(.hs256).verificationKey])
        let key = #"{"kty":"oct","alg":"HS256","k":"CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"}"#
        let header =
            #"{"alg":"HS256","kid":"k1","jwk":\#(key),"jku":"https://e.example/k","x5u":"https://e.example/c"}"#
        let token = try stranger.sign(header: Array(header.utf8), payload: Fixture.claims())
        #expect(verifier.verify(token, at: Fixture.now).failure == .badSignature)
    }

    @Test("typ is the issuer's: short or long form, any case, never left out")
    func types() throws {
        let signer = try Fixture.signer()
        let access = try Fixture.verifier([signer.verificationKey], type: "at+jwt")
        let plain = try Fixture.verifier([signer.verificationKey])
        for (type, accessTakes, plainTakes) in [
            ("at+jwt", true, false), ("AT+JWT", true, false), ("application/at+jwt", true, false),
            ("JWT", false, true), ("jwt", false, true), ("application/JWT", false, true),
            (nil, false, true), ("text/at+jwt", false, false), ("", false, false),
        ] as [(String?, Bool, Bool)] {
            let token = try signer.sign(payload: Fixture.claims(), type: type)
            #expect((access.verify(token, at: Fixture.now).success != nil) == accessTakes)
            #expect((plain.verify(token, at: Fixture.now).success != nil) == plainTakes)
        }
    }

    @Test(
        "claims that don't hold are refused",
        arguments: [
            ("iss", nil, .unknownIssuer), ("iss", "\"https://else\"", .unknownIssuer),
            ("iss", "[\"https://id.club.example\"]", .unknownIssuer),
            ("aud", nil, .wrongAudience), ("aud", "\"else\"", .wrongAudience),
            ("aud", "[]", .wrongAudience), ("aud", "[\"touchline\",1]", .wrongAudience),
            ("aud", "\"Touchline\"", .wrongAudience), ("sub", nil, .badSubject),
            ("sub", "\"\"", .badSubject), ("sub", "7", .badSubject),
            ("sub", "\"a\\u0000b\"", .nulCharacter),
            ("sub", "\"\(String(repeating: "s", count: 257))\"", .badSubject),
            ("exp", nil, .badTimes), ("exp", "\"1767229200\"", .badTimes),
            ("exp", "null", .badTimes), ("exp", "-1", .badTimes), ("exp", "1e300", .badTimes),
            ("iat", "\"x\"", .badTimes), ("nbf", "true", .badTimes),
            ("iat", "1767229200", .badTimes), ("nbf", "1767229201", .badTimes),
            ("nbf", "1767225631", .notYetValid), ("iat", "1767225631", .notYetValid),
            ("exp", "1767312001", .lifetimeTooLong), ("name", "7", .badClaim),
            ("name", "\"a\\u0007\"", .badClaim), ("jti", "1", .badClaim), ("role", "{}", .badClaim),
            ("role", "[1]", .badClaim), ("other", "\"\\u0000\"", .nulCharacter),
            ("sub", "\"a\",\"sub\":\"b\"", .badClaims),
        ] as [(String, String?, TokenFault)]
    )
    func claims(name: String, json: String?, fault: TokenFault) throws {
        let verifier = try Fixture.verifier([try Fixture.signer().verificationKey])
        let token = try Fixture.token([name: json])
        #expect(verifier.verify(token, at: Fixture.now).failure == fault)
    }

    @Test("a token lives until exp and the leeway, and not a moment longer")
    func expiry() throws {
        let verifier = try Fixture.verifier([try Fixture.signer().verificationKey])
        let token = try Fixture.token()
        #expect(verifier.verify(token, at: 1_767_229_229.9).success != nil)
        #expect(verifier.verify(token, at: 1_767_229_230).failure == .expired)
        #expect(verifier.verify(token, at: 1_767_225_570).success != nil)
        #expect(verifier.verify(token, at: 1_767_225_569.9).failure == .notYetValid)
        let early = try Fixture.token(["nbf": "1767225630"])
        #expect(verifier.verify(early, at: Fixture.now).success != nil)
        let day = try Fixture.token(["exp": "1767312000"])
        #expect(verifier.verify(day, at: Fixture.now).success != nil)
        let undated = try Fixture.token(["iat": nil, "exp": "1767312001"])
        #expect(verifier.verify(undated, at: Fixture.now).failure == .lifetimeTooLong)
    }

    @Test("facts come from the claims that the operator named")
    func facts() throws {
        let names = ClaimNames(roles: "/realm_access/roles", rights: "https://club.example/rights")
        let verifier = try Fixture.verifier(
            [try Fixture.signer().verificationKey],
            claims: names
        )
        let token = try Fixture.token([
            "aud": "[\"else\",\"touchline\"]", "name": "\"Ada\"", "jti": "\"t-1\"",
            "realm_access": "{\"roles\":[\"coach\",\"player\"]}", "clubs": "\"fc-demo\"",
            "https://club.example/rights": "[\"release\"]", "birthdate": "\"2008-01-02\"",
            "age": "30",
        ])
        let principal = try verifier.verify(token, at: Fixture.now).get()
        #expect(principal.name == "Ada")
        #expect(principal.tokenID == "t-1")
        #expect(principal.roles == ["coach", "player"])
        #expect(principal.clubs == ["fc-demo"])
        #expect(principal.rights == ["release"])
        #expect(principal.age(at: Fixture.now) == 17)
        #expect(principal.isMinor(at: Fixture.now))
    }

    @Test(
        "an unknown age is a minor's",
        arguments: [
            ([:], true), (["birthdate": "\"0000-05-01\""], true), (["birthdate": "17"], true),
            (["birthdate": "\"1990\""], false), (["age": "18"], false), (["age": "17.9"], true),
            (["age": "-1"], true), (["age": "\"40\""], true),
            (["birthdate": "\"1990-01-01\"", "age": "12"], true),
        ] as [([String: String?], Bool)]
    )
    func minors(changes: [String: String?], minor: Bool) throws {
        let verifier = try Fixture.verifier([try Fixture.signer().verificationKey])
        let principal = try verifier.verify(try Fixture.token(changes), at: Fixture.now).get()
        #expect(principal.isMinor(at: Fixture.now) == minor)
    }

    @Test("birthdays are reached when the day has begun everywhere")
    func birthdays() throws {
        let leap = try #require(Birthdate(parsing: "2008-02-29"))
        // 2026-03-01T11:59:59Z and a second later.
        #expect(leap.age(at: 1_772_366_399) == 17)
        #expect(leap.age(at: 1_772_366_400) == 18)
        #expect(Birthdate(parsing: "1999")?.month == 12)
        for text in ["", "2007-02-29", "2008-2-29", "2008-13-01", "2008-00-01", "08-01-01", "x"] {
            #expect(Birthdate(parsing: text) == nil)
        }
    }

    @Test("each issuer's tokens need that issuer's keys")
    func issuers() throws {
        let own = try Fixture.signer(.es256)
        let other = try Fixture.signer(.hs256)
        let verifier = try TokenVerifier([
            TokenIssuer(
                name: Fixture.issuer,
                audiences: [Fixture.audience],
                keys: try KeySet([own.verificationKey])
            ),
            TokenIssuer(
                name: "https://other",
                audiences: [Fixture.audience],
                keys: try KeySet([other.verificationKey])
            ),
        ])
        let honest = try other.sign(payload: Fixture.claims(["iss": "\"https://other\""]))
        #expect(verifier.verify(honest, at: Fixture.now).success?.issuer == "https://other")
        let forged = try other.sign(payload: Fixture.claims())
        #expect(verifier.verify(forged, at: Fixture.now).failure == .wrongAlgorithm)
    }

    @Test("an issuer whose keys are still to come has its tokens refused for now, and is named")
    func keysToCome() throws {
        var issuer = TokenIssuer(
            name: Fixture.issuer,
            audiences: [Fixture.audience],
            keys: try KeySet([]),
            fetchesKeys: true
        )
        let token = try Fixture.token()
        let waiting = try TokenVerifier([issuer])
        #expect(waiting.verify(token, at: Fixture.now).failure == .noKeys)
        #expect(TokenFault.noKeys.outcome == .keysUnavailable)
        issuer.keys = try KeySet([try Fixture.signer(keyID: "other").verificationKey])
        let rotated = try TokenVerifier([issuer])
        #expect(rotated.verify(token, at: Fixture.now).failure == .unknownKey)
        #expect(rotated.issuer(namedBy: token) == Fixture.issuer)
        let stranger = try Fixture.token(["iss": "\"https://stranger.example\""])
        for text in [stranger, "", "a.b.c", token + "."] {
            #expect(rotated.issuer(namedBy: text) == nil)
        }
    }

    @Test("a configuration that can't be right is refused")
    func configuration() throws {
        let key = try Fixture.signer().verificationKey
        let keys = try KeySet([key])
        let issuer = TokenIssuer(name: "i", audiences: ["a"], keys: keys)
        #expect(throws: KeyProblem.self) { try TokenVerifier([issuer, issuer]) }
        #expect(throws: KeyProblem.self) { try KeySet([key, key]) }
        for broken in [
            TokenIssuer(name: "", audiences: ["a"], keys: keys),
            TokenIssuer(name: "i", audiences: [], keys: keys),
            TokenIssuer(name: "i", audiences: ["a"], keys: try KeySet([])),
            TokenIssuer(name: "i", audiences: ["a"], keys: keys, leewaySeconds: -1),
        ] {
            #expect(throws: KeyProblem.self) { try TokenVerifier([broken]) }
        }
    }
}
