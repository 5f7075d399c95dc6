import Foundation
import Testing

@testable import Handshake

@Suite("Wycheproof: JSON Web Signature")
struct WycheproofTests {
    struct File: Decodable {
        var testGroups: [Group]
    }

    struct Group: Decodable {
        var `public`: Key?
        var `private`: Key?
        var tests: [Case]
    }

    struct Case: Decodable {
        var tcId: Int
        var comment: String
        var jws: String
        var result: String
    }

    /// A JWK as in the file, only to be written out again.
    struct Key: Codable {
        var kty: String
        var alg, kid, use, crv, x, y, n, e, k: String?
        var operations: [String]?

        enum CodingKeys: String, CodingKey {
            case kty, alg, kid, use, crv, x, y, n, e, k
            case operations = "key_ops"
        }
    }

    /// Valid in the file, refused here: PS384 with a PS256 key (346), `alg` "ES521", which is not
    /// registered (347, 351), `?` inside base64url (372, 373).
    static let exceptions: Set<Int> = [346, 347, 351, 372, 373]

    /// Labelled invalid in the file, verified here: the padding that these two are named for is
    /// missing from their text, which is the very text of the valid case 357: unpadded, canonical,
    /// its MAC correct (C2SP/wycheproof issue 236). To refuse them is to refuse that token.
    static let mislabelled: Set<Int> = [367, 370]
    static let mislabelledText =
        "eyJraWQiOiJoczI1Ni1rZXkiLCJhbGciOiJIUzI1NiJ9.VGVzdA"
        + ".c1LROH7eNQwUT8KMVEO52VC3WZ9e_AnDWbZ7aMmowV8"

    static let file: URL = {
        let environment = ProcessInfo.processInfo.environment
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            environment["TOUCHLINE_CONFORMANCE"].map { URL(filePath: $0, relativeTo: root) }
            ?? root.appending(path: "../shared/conformance")
        return folder.appending(path: "jose/json_web_signature_test.json").standardizedFileURL
    }()

    /// Present, or demanded: under `CI=true` a missing folder fails.
    static var runs: Bool {
        FileManager.default.fileExists(atPath: file.path)
            || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    @Test(
        "valid vectors verify, invalid ones never do",
        .enabled(if: runs, "no jose/ vectors: set TOUCHLINE_CONFORMANCE to their folder")
    )
    func vectors() throws {
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: Self.file))
        var valid = 0
        var invalid = 0
        for group in file.testGroups {
            let jwk = Array(try JSONEncoder().encode(try #require(group.public ?? group.private)))
            // A key that cannot be registered verifies nothing.
            let keys = try KeySet([try? JSONWebKey.parse(jwk)].compactMap(\.self))
            for test in group.tests {
                let verified = UnverifiedToken.parse(test.jws).flatMap(keys.signer).success != nil
                let expected: Bool
                if Self.mislabelled.contains(test.tcId) {
                    #expect(test.jws == Self.mislabelledText, "the file's defect is mended")
                    expected = true
                } else {
                    expected = test.result == "valid" && !Self.exceptions.contains(test.tcId)
                }
                #expect(verified == expected, "tcId \(test.tcId): \(test.comment)")
                if expected { valid += 1 } else { invalid += 1 }
            }
        }
        #expect(valid >= 15)
        #expect(invalid >= 100)
    }
}
