/// What all tuples share: fixed offsets, limits, sizes.
///
/// A tuple is an `Int16` count of columns, then for each an `Int32` length (-1 is NULL) and the
/// value in PostgreSQL's binary format, everything big-endian. `log`, `seq` and `at` are never NULL
/// and stand first in events and contents, so their values have fixed offsets.
package enum Row {
    /// Offset of `log` (Int32) in an event's or a content's tuple.
    package static let logOffset = 6
    /// Offset of `seq` (Int64) in an event's or a content's tuple.
    package static let seqOffset = 14
    /// Offset of `at` (Int64) in an event's or a content's tuple.
    package static let atOffset = 26

    /// Offset of `kind` (Int16) in an event's tuple: what stands before it has fixed widths.
    package static let kindOffset = 50

    /// Names and ids in bytes: generous for what people type, small enough for every index.
    package static let nameBytesMax = 256
    /// Rules named by one event: more than a bundle's rules that can hit one message.
    package static let rulesMax = 256
    /// `detail` in bytes: numbers and codes, never text of people.
    package static let detailBytesMax = 16 * 1024
    /// `claims` of a subject in bytes: a token's head is limited to less than that.
    package static let claimsBytesMax = 64 * 1024
    /// One part of content in bytes: the largest message that a bundle can allow.
    package static let bodyBytesMax = 4 * 1024 * 1024
    /// The files of a bundle as JSON in bytes: it must fit one journal record.
    package static let filesBytesMax = 12 * 1024 * 1024

    /// Seconds from 1970-01-01 to 2000-01-01 (UTC), PostgreSQL's epoch.
    package static let epochUnixSeconds: Int64 = 946_684_800
    /// The largest and smallest `at` that PostgreSQL can store (4713 BC to 294276 AD).
    package static let atRange: Range<Int64> =
        -211_813_488_000_000_000..<9_223_371_331_200_000_000

    /// PostgreSQL's type number of `text`, the element type of `text[]`.
    static let textType: Int32 = 25

    /// Reads `seq` of an event's or a content's tuple; nil when the tuple is too short.
    package static func seq(of tuple: UnsafeRawBufferPointer) -> Int64? {
        guard tuple.count >= seqOffset + 8 else { return nil }
        return Int64(bigEndian: tuple.loadUnaligned(fromByteOffset: seqOffset, as: Int64.self))
    }

    /// Reads `log` of an event's or a content's tuple; nil when the tuple is too short.
    package static func log(of tuple: UnsafeRawBufferPointer) -> Int32? {
        guard tuple.count >= logOffset + 4 else { return nil }
        return Int32(bigEndian: tuple.loadUnaligned(fromByteOffset: logOffset, as: Int32.self))
    }

    /// Reads `at` of an event's or a content's tuple; nil when the tuple is too short.
    package static func at(of tuple: UnsafeRawBufferPointer) -> Int64? {
        guard tuple.count >= atOffset + 8 else { return nil }
        return Int64(bigEndian: tuple.loadUnaligned(fromByteOffset: atOffset, as: Int64.self))
    }

    /// Reads `kind` of an event's tuple; nil when the tuple is too short or the number has no name.
    package static func kind(of tuple: UnsafeRawBufferPointer) -> EventKind? {
        guard tuple.count >= kindOffset + 2 else { return nil }
        return EventKind(
            rawValue: Int16(
                bigEndian: tuple.loadUnaligned(fromByteOffset: kindOffset, as: Int16.self)
            )
        )
    }

    /// Writes `seq` and `at` into an event's or a content's tuple, in place.
    package static func stamp(
        seq: Int64,
        at: Int64,
        into tuple: UnsafeMutableRawBufferPointer
    ) {
        tuple.storeBytes(of: seq.bigEndian, toByteOffset: seqOffset, as: Int64.self)
        tuple.storeBytes(of: at.bigEndian, toByteOffset: atOffset, as: Int64.self)
    }

    /// Writes `channel_seq` at the offset that `Event.encode(into:)` returned, in place.
    package static func stamp(
        channelSeq: Int64,
        atOffset offset: Int,
        into tuple: UnsafeMutableRawBufferPointer
    ) {
        tuple.storeBytes(of: channelSeq.bigEndian, toByteOffset: offset, as: Int64.self)
    }

    static func size(text: String?) -> Int { 4 + (text?.utf8.count ?? 0) }

    static func size(bytes: [UInt8]?) -> Int { 4 + (bytes?.count ?? 0) }

    static func size(texts: [String]) -> Int {
        if texts.isEmpty { return 4 + 12 }
        return texts.reduce(4 + 20) { $0 + 4 + $1.utf8.count }
    }

    /// Whether `text` can be stored: no U+0000, not longer than `limit` bytes.
    static func check(_ text: String, column: String, limit: Int = nameBytesMax) -> RowError? {
        let count = text.utf8.count
        if count > limit { return .tooLong(column: column, count: count, limit: limit) }
        return text.utf8.contains(0) ? .zeroCharacter(column: column) : nil
    }

    /// Whether each of `names` can be stored, and not too many.
    static func check(names: [String], column: String) -> RowError? {
        if names.count > rulesMax {
            return .tooLong(column: column, count: names.count, limit: rulesMax)
        }
        for name in names {
            if let error = check(name, column: column) { return error }
        }
        return nil
    }

    /// Whether `json` looks like an object; its maker answers for the rest.
    static func check(object json: String, column: String, limit: Int) -> RowError? {
        if let error = check(json, column: column, limit: limit) { return error }
        let isObject =
            json.utf8.first == UInt8(ascii: "{") && json.utf8.last == UInt8(ascii: "}")
        return isObject ? nil : .notAnObject(column: column)
    }

    static func check(_ value: Int64, column: String, in range: Range<Int64>) -> RowError? {
        range.contains(value) ? nil : .value(column: column, number: value)
    }

    static func check(digest: [UInt8]?, column: String) -> RowError? {
        guard let digest, digest.count != 32 else { return nil }
        return .width(column: column, bytes: digest.count)
    }
}
