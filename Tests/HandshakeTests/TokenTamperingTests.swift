import Testing

@testable import Handshake

@Suite("Tampered tokens")
struct TokenTamperingTests {
    @Test("one character changed anywhere spoils a token")
    func everyCharacter() throws {
        let signer = try Fixture.signer(.hs256)
        let token = Array(try signer.sign(payload: Fixture.claims()).utf8)
        let verifier = try Fixture.verifier([signer.verificationKey])
        var verified = 0
        for index in token.indices {
            for replacement in "AQgw9-_.=+ \u{0}".utf8 where replacement != token[index] {
                var changed = token
                changed[index] = replacement
                let text = String(decoding: changed, as: UTF8.self)
                if verifier.verify(text, at: Fixture.now).success != nil { verified += 1 }
            }
        }
        #expect(verified == 0)
    }

    @Test(
        "random changes never verify",
        arguments: [.hs256, .es256, .edDSA, .rs256, .ps256] as [SignatureAlgorithm]
    )
    func randomChanges(algorithm: SignatureAlgorithm) throws {
        let signer = try Fixture.signer(algorithm)
        let token = Array(try signer.sign(payload: Fixture.claims()).utf8)
        let verifier = try Fixture.verifier([signer.verificationKey])
        var generator = SeededGenerator(state: 42)
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=".utf8
        )
        var verified = 0
        for _ in 0..<1500 {
            var changed = token
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<changed.count, using: &generator)
                let byte = alphabet.randomElement(using: &generator)!
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: changed[index] = byte
                case 1: changed.remove(at: index)
                case 2: changed.insert(byte, at: index)
                case 3: changed.swapAt(index, Int.random(in: 0..<changed.count, using: &generator))
                default: changed.removeLast(min(changed.count - 1, changed.count - index))
                }
            }
            guard changed != token else { continue }
            let text = String(decoding: changed, as: UTF8.self)
            if verifier.verify(text, at: Fixture.now).success != nil { verified += 1 }
        }
        #expect(verified == 0)
    }

    @Test("padding, missing and additional parts, and huge tokens are malformed")
    func shapes() throws {
        let signer = try Fixture.signer()
        let token = try signer.sign(payload: Fixture.claims())
        let verifier = try Fixture.verifier([signer.verificationKey])
        #expect(verifier.verify(token, at: Fixture.now).success != nil)
        let parts = token.split(separator: ".")
        for (text, fault) in [
            ("", .notCompact), ("garbage", .notCompact), (".", .notCompact), ("..", .notCompact),
            ("\(parts[0]).\(parts[1])", .notCompact), ("\(parts[0]).\(parts[1]).", .notCompact),
            ("\(token).", .notCompact), ("\(token).\(parts[2])", .notCompact),
            ("\(token)=", .badBase64), ("\(token)==", .badBase64), (" \(token)", .badBase64),
            ("\(token)\n", .badBase64), ("\(parts[0])..\(parts[2])", .badClaims),
            ("\(parts[0])=.\(parts[1]).\(parts[2])", .badBase64),
            (token + String(repeating: "A", count: 8193 - token.count), .tooLarge),
        ] as [(String, TokenFault)] {
            #expect(verifier.verify(text, at: Fixture.now).failure == fault, "\(text.prefix(40))")
        }
    }

    @Test("a token of 8 KiB passes, a byte more doesn't")
    func size() throws {
        let signer = try Fixture.signer()
        let verifier = try Fixture.verifier([signer.verificationKey])
        func token(_ filler: Int) throws -> String {
            let text = String(repeating: "x", count: filler)
            return try signer.sign(payload: Fixture.claims(["filler": "\"\(text)\""]))
        }
        var filler = 5800
        while try token(filler + 1).utf8.count <= UnverifiedToken.bytesMax { filler += 1 }
        #expect(verifier.verify(try token(filler), at: Fixture.now).success != nil)
        #expect(verifier.verify(try token(filler + 1), at: Fixture.now).failure == .tooLarge)
    }

    @Test("nothing of a forged token's claims is told back")
    func silence() {
        for fault in TokenFault.allCases where fault.detail != nil {
            let afterSignature: [TokenFault] = [
                .wrongType, .wrongAudience, .badSubject, .badTimes, .lifetimeTooLong, .badClaim,
            ]
            #expect(afterSignature.contains(fault))
        }
    }
}
