import AuditLog
import Foundation
import Testing

/// The golden vectors of `Tests/Vectors/record/rows.json`.
struct GoldenVectors: Decodable {
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var table: String
        var fields: [String: Field]
        var tuple: String
        var leaf: String?

        var testDescription: String { "\(table): \(name)" }
        var tupleBytes: [UInt8] { bytes(hex: tuple) }
    }

    struct Commitment: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var parts: [PartFields]
        var partHashes: [String]
        var contentHash: String

        enum CodingKeys: String, CodingKey {
            case name, parts
            case partHashes = "part_hashes"
            case contentHash = "content_hash"
        }

        var testDescription: String { name }
    }

    struct PartFields: Decodable, Sendable {
        var part: Int16
        var salt: String
        var body: String

        func contentPart() throws -> ContentPart {
            ContentPart(
                kind: try #require(Part(rawValue: part)),
                salt: try #require(Salt(bytes: bytes(hex: salt))),
                body: bytes(hex: body)
            )
        }
    }

    /// A column's value as the data file writes it.
    enum Field: Decodable, Sendable {
        case null
        case number(Int64)
        case text(String)
        case texts([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let number = try? container.decode(Int64.self) {
                self = .number(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .texts(try container.decode([String].self))
            }
        }
    }

    var rows: [Row]
    var commitments: [Commitment]

    static let vectorsFolder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors")
    static let rowsFile = vectorsFolder.appending(path: "record/rows.json")

    static let all: GoldenVectors = {
        do {
            return try JSONDecoder().decode(Self.self, from: Data(contentsOf: rowsFile))
        } catch {
            fatalError("\(rowsFile.path): \(error)")
        }
    }()

    static func rows(of table: String) -> [Row] { all.rows.filter { $0.table == table } }
}

func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).map { index in
        UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
    }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
