import AuditLog
import Foundation
import Hummingbird
import NIOCore

/// What a caller sent: the query of a GET, or the JSON object of a POST; names with one value each.
struct CallInput {
    private var values: [String: String] = [:]

    /// Bytes of a body at most: a reason and some names.
    private static let bodyBytesMax = 16 << 10

    /// Reads `name=value` pairs (WHATWG URL, application/x-www-form-urlencoded).
    init(query: String) throws(CallFault) {
        for pair in query.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let name = Self.decoded(sides[0]),
                let value = Self.decoded(sides[1])
            else { throw CallFault(bad: "query", "name=value pairs in UTF-8") }
            guard values.updateValue(value, forKey: name) == nil else {
                throw CallFault(bad: name, "there once")
            }
        }
    }

    private static func decoded(_ text: Substring) -> String? {
        let plain = text.replacing("+", with: " ").removingPercentEncoding
        return plain?.utf8.contains(0) == true ? nil : plain
    }

    /// Reads an object whose values are strings.
    init(body request: Request) async throws(CallFault) {
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: Self.bodyBytesMax)
        } catch {
            throw CallFault(.contentTooLarge, "bad_call", "The body is larger than 16 KiB.")
        }
        if bytes.readableBytes == 0 { return }
        guard
            let read = try? JSONDecoder().decode(
                [String: String].self,
                from: Data(bytes.readableBytesView)
            )
        else { throw CallFault(bad: "body", "a JSON object of strings") }
        if let (name, _) = read.first(where: { $0.value.utf8.contains(0) }) {
            throw CallFault(bad: name, "without U+0000")
        }
        values = read
    }

    /// Refuses what the call doesn't have.
    func only(_ names: String...) throws(CallFault) {
        for name in values.keys.sorted() where !names.contains(name) {
            throw CallFault(
                .badRequest,
                "bad_call",
                "'\(name)' is not known here; known: \(names.joined(separator: ", "))."
            )
        }
    }

    /// A text of 1 to 256 bytes; nil when it isn't given.
    func text(_ name: String, bytesMax: Int = 256) throws(CallFault) -> String? {
        guard let value = values[name] else { return nil }
        guard !value.isEmpty, value.utf8.count <= bytesMax else {
            throw CallFault(bad: name, "1 to \(bytesMax) bytes")
        }
        return value
    }

    func uuid(_ name: String) throws(CallFault) -> UUID16? {
        guard let value = values[name] else { return nil }
        guard let uuid = UUID(uuidString: value).map(UUID16.init) else {
            throw CallFault(bad: name, "a UUID")
        }
        return uuid
    }

    func number(_ name: String, _ range: ClosedRange<Int64>) throws(CallFault) -> Int64? {
        guard let value = values[name] else { return nil }
        guard let number = Int64(value), range.contains(number) else {
            throw CallFault(
                bad: name,
                "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// ISO 8601 with a time zone, as `2026-05-01T18:00:00Z`; nil when it isn't given.
    func time(_ name: String) throws(CallFault) -> String? {
        guard let value = values[name] else { return nil }
        guard let shape = value.wholeMatch(of: Self.timeShape), value >= "0001",
            // No 30th of February, and no 25th hour.
            let date = try? Date(shape.1 + "Z", strategy: .iso8601),
            date.ISO8601Format() == shape.1 + "Z"
        else { throw CallFault(bad: name, "a time such as 2026-05-01T18:00:00Z") }
        return value
    }

    nonisolated(unsafe) private static let timeShape =
        /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)/

    /// A decision's id, `<log>-<seq>`.
    static func decision(_ text: String) throws(CallFault) -> (log: Int32, seq: Int64) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let log = Int32(parts[0]), let seq = Int64(parts[1]), log > 0,
            seq > 0, parts[1].utf8.count <= 18
        else { throw CallFault(bad: "decision", "<log>-<seq>, as 1-4711") }
        return (log, seq)
    }

    func decision(_ name: String) throws(CallFault) -> (log: Int32, seq: Int64)? {
        guard let value = values[name] else { return nil }
        return try Self.decision(value)
    }
}

extension UUID16 {
    fileprivate init(_ uuid: UUID) {
        self = withUnsafeBytes(of: uuid.uuid) { bytes in
            UUID16(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }
}
