import Testing

@testable import Handshake

@Suite("Keys")
struct JSONWebKeyTests {
    private static let p256 =
        #""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#
    private static let ed25519 =
        #""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#
    private static let joe =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    @Test(
        "the RFCs' own examples verify",
        arguments: [
            // RFC 7515 A.1, A.3; RFC 8037 A.4.
            (
                #"{"kty":"oct","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\(joe).dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            ),
            (
                "{\(p256)}",
                "eyJhbGciOiJFUzI1NiJ9.\(joe).DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
            ),
            (
                "{\(ed25519)}",
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
            ),
        ]
    )
    func examples(jwk: String, token: String) throws {
        let keys = try KeySet([try JSONWebKey.parse(Array(jwk.utf8))])
        let parsed = try UnverifiedToken.parse(token).get()
        #expect(keys.signer(of: parsed).success != nil)
    }

    @Test("RFC 7515 A.5, unsecured, is no token")
    func unsecured() {
        let token = "eyJhbGciOiJub25lIn0.\(JSONWebKeyTests.joe)."
        #expect(UnverifiedToken.parse(token).failure == .notCompact)
    }

    @Test(
        "keys for other uses, or of no use, are refused",
        arguments: [
            #"{\#(p256),"use":"enc"}"#, #"{\#(p256),"use":1}"#, #"{\#(p256),"alg":"ES384"}"#,
            #"{\#(p256),"alg":"ES521"}"#, #"{\#(p256),"alg":"HS256"}"#, #"{\#(p256),"alg":1}"#,
            #"{\#(p256),"key_ops":["sign"]}"#, #"{\#(p256),"key_ops":[]}"#,
            #"{\#(p256),"key_ops":"verify"}"#, #"{\#(p256),"key_ops":["verify","verify"]}"#,
            #"{\#(p256),"kid":7}"#, #"{\#(p256),"kid":""}"#, #"{\#(p256),"d":"AQ"}"#,
            #"{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}"#,
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}"#,
            #"{"kty":"EC","crv":"secp256k1","x":"AQ","y":"AQ"}"#, #"{\#(ed25519),"alg":"ES256"}"#,
            #"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"OKP","crv":"Ed25519","x":"AQ"}"#, #"{"kty":"oct","k":"AQ"}"#,
            #"{"kty":"oct","alg":"HS256","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
            #"{"kty":"oct","alg":"RS256","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
            #"{"kty":"RSA","alg":"RS256","n":"AQAB","e":"AQAB"}"#,
            #"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, #"{"kty":"rsa"}"#, "{}", "[]", "x",
            #"{\#(p256),"use":"sig","use":"sig"}"#,
        ]
    )
    func refuses(jwk: String) {
        #expect(throws: KeyProblem.self) { try JSONWebKey.parse(Array(jwk.utf8)) }
    }

    @Test("a set keeps its good keys and names the reasons for the others")
    func sets() throws {
        let text =
            #"{"keys":[{\#(Self.p256),"kid":"a"},{\#(Self.p256),"kid":"b","use":"enc"},7,{\#(Self.ed25519),"kid":"a"},{\#(Self.p256),"kid":"a"}]}"#
        let set = try JSONWebKey.parseSet(Array(text.utf8))
        #expect(set.keys.map(\.algorithm) == [.es256, .edDSA])
        #expect(set.skipped.map(\.index) == [1, 2, 4])
        #expect(set.skipped.map(\.keyID) == ["b", nil, "a"])
        #expect(set.skipped.first?.reason.description == "use is not sig")
        for text in ["{}", "[]", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#, ""] {
            #expect(throws: KeyProblem.self) { try JSONWebKey.parseSet(Array(text.utf8)) }
        }
    }

    @Test("public PEM keys verify what their private halves sign")
    func pem() throws {
        for (algorithm, pem) in [
            (.rs256, TestKeys.rsaPublic), (.ps512, TestKeys.rsaPublic),
            (.es256, TestKeys.p256Public), (.es384, TestKeys.p384Public),
            (.es512, TestKeys.p521Public), (.edDSA, TestKeys.ed25519Public),
        ] as [(SignatureAlgorithm, String)] {
            let key = try VerificationKey(algorithm: algorithm, keyID: "k1", publicPEM: pem)
            let token = try Fixture.signer(algorithm).sign(payload: [1, 2, 3])
            let parsed = try UnverifiedToken.parse(token).get()
            #expect(try KeySet([key]).signer(of: parsed).success?.identity == key.identity)
        }
    }

    @Test("weak, unfitting and broken keys are refused")
    func weakKeys() {
        for (algorithm, pem) in [
            (.rs256, TestKeys.rsa1024Public), (.es256, TestKeys.rsaPublic),
            (.es256, TestKeys.p384Public), (.edDSA, TestKeys.p256Public),
            (.rs256, TestKeys.p256Public), (.hs256, TestKeys.rsaPublic), (.es256, "x"),
        ] as [(SignatureAlgorithm, String)] {
            #expect(throws: KeyProblem.self) {
                try VerificationKey(algorithm: algorithm, keyID: nil, publicPEM: pem)
            }
        }
        for algorithm in [.hs256, .hs384, .hs512, .es256] as [SignatureAlgorithm] {
            let secret = [UInt8](repeating: 1, count: algorithm.hashBytes - 1)
            #expect(throws: KeyProblem.self) {
                try VerificationKey(algorithm: algorithm, keyID: nil, secret: secret)
            }
        }
    }

    @Test("a key without kid verifies tokens without kid, and only those")
    func namelessKeys() throws {
        let nameless = try Fixture.signer(.hs256, keyID: nil)
        let named = try Fixture.signer(.hs256, keyID: "k1")
        let keys = try KeySet([nameless.verificationKey])
        let without = try UnverifiedToken.parse(try nameless.sign(payload: [])).get()
        let with = try UnverifiedToken.parse(try named.sign(payload: [])).get()
        #expect(keys.signer(of: without).success != nil)
        #expect(keys.signer(of: with).failure == .unknownKey)
    }

    @Test("a key is the same under another name and in another place, and another for another alg")
    func identities() throws {
        let a = try JSONWebKey.parse(Array(#"{\#(Self.p256),"kid":"a"}"#.utf8))
        let text = #"{"keys":[{\#(Self.ed25519)},{\#(Self.p256),"kid":"b","use":"sig"}]}"#
        let keys = try JSONWebKey.parseSet(Array(text.utf8)).keys
        #expect(keys.map { $0.identity == a.identity } == [false, true])
        var identities = Set<[UInt8]>()
        for algorithm in SignatureAlgorithm.allCases {
            let key = try Fixture.signer(algorithm).verificationKey
            #expect(
                key.identity == (try Fixture.signer(algorithm, keyID: nil).verificationKey.identity)
            )
            identities.insert(key.identity)
        }
        #expect(identities.count == SignatureAlgorithm.allCases.count)
    }

    @Test("a secret that is published is left out of its set")
    func publishedSecrets() throws {
        let secret = #"{"kty":"oct","alg":"HS256","k":"\#(String(repeating: "A", count: 43))"}"#
        let text = Array(#"{"keys":[\#(secret),{\#(Self.p256)}]}"#.utf8)
        #expect(try JSONWebKey.parseSet(text).keys.count == 2)
        let published = try JSONWebKey.parseSet(text, isPublished: true)
        #expect(published.keys.map(\.algorithm) == [.es256])
        #expect(published.skipped.map(\.index) == [0])
    }
}
