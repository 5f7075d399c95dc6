import AuditLog
import Foundation

/// An event's tuple column by column, whatever is in it: also what no hub would write.
struct EventFields {
    /// Name and type of each column, in order (docs/record-format.md).
    static let columns: [(name: String, type: Kind)] = [
        ("log", .integer(4)), ("seq", .integer(8)), ("at", .integer(8)), ("schema", .integer(2)),
        ("retention", .integer(2)), ("kind", .integer(2)), ("stage", .integer(2)),
        ("disposition", .integer(2)), ("session", .uuid), ("subject", .uuid), ("channel", .text),
        ("channel_epoch", .integer(4)), ("channel_seq", .integer(8)), ("message", .uuid),
        ("refers_log", .integer(4)), ("refers_seq", .integer(8)), ("rules", .texts),
        ("shadow_rules", .texts), ("score", .integer(4)), ("policy", .bytes),
        ("bytes", .integer(4)), ("judged_ns", .integer(4)), ("content_hash", .bytes),
        ("detail", .text),
    ]

    enum Kind: Equatable {
        /// Of so many bytes.
        case integer(Int)
        case uuid, text, texts, bytes
    }

    enum Value: Equatable {
        case null
        case integer(Int64)
        /// Text; a UUID and bytes in hexadecimal.
        case text(String)
        case texts([String])
    }

    /// One for each column.
    let values: [Value]

    /// Nil when the bytes are no tuple of these columns.
    init?(_ tuple: [UInt8]) {
        var values: [Value] = []
        var rest = tuple[...]
        guard let count = Self.integer(rest.prefix(2)), count == Self.columns.count else {
            return nil
        }
        rest = rest.dropFirst(2)
        for column in Self.columns {
            guard rest.count >= 4, let width = Self.integer(rest.prefix(4)) else { return nil }
            rest = rest.dropFirst(4)
            guard width >= 0 else {
                guard width == -1 else { return nil }
                values.append(.null)
                continue
            }
            guard rest.count >= width, let value = Self.value(rest.prefix(Int(width)), column.type)
            else { return nil }
            values.append(value)
            rest = rest.dropFirst(Int(width))
        }
        guard rest.isEmpty else { return nil }
        self.values = values
    }

    var log: Int64 { integer(0) }
    var seq: Int64 { integer(1) }

    private func integer(_ column: Int) -> Int64 {
        if case .integer(let number) = values[column] { number } else { 0 }
    }

    /// The columns that are not NULL, for people: numbers of kinds and so on by their names.
    var readable: [(name: String, text: String)] {
        zip(Self.columns, values).compactMap { column, value in
            switch value {
            case .null: nil
            case .text(let text): (column.name, text)
            case .texts(let texts):
                texts.isEmpty ? nil : (column.name, texts.joined(separator: ", "))
            case .integer(let number): (column.name, Self.named(column.name, number))
            }
        }
    }

    private static func named(_ column: String, _ number: Int64) -> String {
        let code = Int16(clamping: number)
        let name: String? =
            switch column {
            case "at":
                Date(
                    timeIntervalSince1970: Double(number) / 1e6 + Double(Row.epochUnixSeconds)
                ).ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true))
            case "kind": EventKind(rawValue: code).map { "\($0)" }
            case "stage": Stage(rawValue: code).map { "\($0)" }
            case "retention": RetentionClass(rawValue: code).map { "\($0)" }
            default: nil
            }
        return name ?? String(number)
    }

    private static func value(_ bytes: ArraySlice<UInt8>, _ type: Kind) -> Value? {
        switch type {
        case .integer(let width): bytes.count == width ? integer(bytes).map { .integer($0) } : nil
        case .uuid: UUID16(bytes: bytes).map { .text($0.description) }
        case .text: String(validating: bytes, as: UTF8.self).map { .text($0) }
        case .bytes: .text(Hexadecimal.text(bytes))
        case .texts: texts(bytes).map { .texts($0) }
        }
    }

    private static func texts(_ bytes: ArraySlice<UInt8>) -> [String]? {
        guard bytes.count >= 12, let dimensions = integer(bytes.prefix(4)),
            integer(bytes.dropFirst(4).prefix(4)) == 0,
            integer(bytes.dropFirst(8).prefix(4)) == 25
        else { return nil }
        var rest = bytes.dropFirst(12)
        if dimensions == 0 { return rest.isEmpty ? [] : nil }
        guard dimensions == 1, rest.count >= 8, let count = integer(rest.prefix(4)), count > 0,
            integer(rest.dropFirst(4).prefix(4)) == 1
        else { return nil }
        rest = rest.dropFirst(8)
        var texts: [String] = []
        while !rest.isEmpty {
            guard rest.count >= 4, let width = integer(rest.prefix(4)), width >= 0,
                rest.count - 4 >= width,
                let text = String(
                    validating: rest.dropFirst(4).prefix(Int(width)),
                    as: UTF8.self
                )
            else { return nil }
            texts.append(text)
            rest = rest.dropFirst(4 + Int(width))
        }
        return texts.count == count ? texts : nil
    }

    /// Big-endian two's complement of 2, 4 or 8 bytes.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return switch bytes.count {
        case 2: Int64(Int16(truncatingIfNeeded: bits))
        case 4: Int64(Int32(truncatingIfNeeded: bits))
        case 8: Int64(bitPattern: bits)
        default: nil
        }
    }
}
