import AuditLog
import Foundation
import JSONDocument

/// Checks an export line by line, with nothing but the public key.
struct ExportReader {
    private(set) var check: RecordCheck
    private(set) var events: Int64 = 0
    private(set) var contents: Int64 = 0
    let log: Int32
    private let parser = JSONParser()
    private var number = 1
    /// Whether the export's last line came.
    private var isEnded = false
    /// Whether a line was named since the last event: it may have been the next.
    private var isFaultOpen = false
    /// Content of the event before: what it committed to, and what came.
    private var committed: [UInt8]?
    private var parts: [ContentPart] = []

    /// Why a file is no export.
    struct NotAnExport: Error {}

    /// Which log the first line says the export is of; nobody has checked it.
    static func origin(of first: UnsafeRawBufferPointer) throws -> String {
        let parser = JSONParser()
        // A value lives as long as its parser.
        return try withExtendedLifetime(parser) {
            guard case .value(let line) = parser.parse(first),
                line["touchline_export"]?.int64 == ExportWriter.version,
                let origin = line["origin"]?.string
            else { throw NotAnExport() }
            return origin
        }
    }

    /// - Parameter first: the export's first line.
    init(first: UnsafeRawBufferPointer, verifier: NoteVerifier) throws {
        guard case .value(let line) = parser.parse(first),
            let log = line["log"]?.int64.flatMap({ Int32(exactly: $0) }),
            let after = line["after"]?.int64,
            let hashes = line["frontier"]?.elements.map({ Self.hash($0) }),
            !hashes.contains(nil),
            let frontier = TreeFrontier(size: after, hashes: hashes.compactMap(\.self))
        else { throw NotAnExport() }
        self.log = log
        check = RecordCheck(verifier: verifier, after: frontier)
    }

    /// The next line, without its line break.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        number += 1
        guard !isEnded else { return fault("it stands behind the end") }
        guard case .value(let line) = parser.parse(bytes) else { return fault("it is no JSON") }
        if let event = line["event"] {
            guard let fields = EventFields(event), let leaf = leaf(line) else {
                return fault("it is no event")
            }
            take(fields.tuple, leaf)
        } else if let text = line["tuple"]?.string {
            guard let tuple = Hexadecimal.bytes(text), let leaf = leaf(line) else {
                return fault("it is no tuple")
            }
            take(tuple, leaf)
        } else if line["absent"]?.bool == true {
            guard let leaf = leaf(line) else { return fault("it has no leaf") }
            settleContent()
            check.takeAbsent(stored: leaf, isAccountedFor: true)
        } else if let note = line["checkpoint"]?.string {
            settleContent()
            if let text = try? SignedNote(parsing: note).text,
                let size = try? Checkpoint(parsing: text).size
            {
                fill(upTo: size)
            }
            check.takeCheckpoint(note: note)
        } else if let content = line["content"] {
            takeContent(content)
        } else if let last = line["end"]?.int64 {
            isEnded = true
            if last != check.lastSeq { fault("the export should reach \(last)") }
        } else {
            fault("it is no line of an export")
        }
    }

    /// Behind the last line.
    mutating func finish() {
        settleContent()
        if !isEnded { fault("the export ends without its last line") }
        check.finish(signed: 0)
    }

    /// A line that is gone, or was no event any more, leaves a gap; a number far off is itself what is
    /// wrong.
    private mutating func fill(upTo seq: Int64) {
        guard seq > check.lastSeq, seq - check.lastSeq <= Self.gapMax else { return }
        for _ in check.lastSeq..<seq {
            check.takeAbsent(stored: nil, isAccountedFor: isFaultOpen)
        }
        isFaultOpen = false
    }

    private mutating func fault(_ why: String) {
        isFaultOpen = true
        check.report(check.lastSeq + 1, .line(number, why))
    }

    private mutating func take(_ tuple: [UInt8], _ leaf: TreeHash?) {
        settleContent()
        events += 1
        let seq = tuple.withUnsafeBytes { Row.seq(of: $0) } ?? 0
        fill(upTo: seq - 1)
        isFaultOpen = false
        if seq != check.lastSeq + 1 { fault("its event has the number \(seq)") }
        tuple.withUnsafeBytes { check.take($0, stored: leaf) }
        committed = tuple.withUnsafeBytes { Event.contentHash(of: $0) }
    }

    private mutating func takeContent(_ content: JSONValue) {
        contents += 1
        guard content["seq"]?.int64 == check.lastSeq,
            let kind = content["part"]?.int64.flatMap({ Part(rawValue: Int16(clamping: $0)) }),
            !parts.contains(where: { $0.kind == kind }),
            let salt = content["salt"]?.string.flatMap({ Hexadecimal.bytes($0) }).flatMap({
                Salt(bytes: $0)
            }),
            let body = content["text"]?.string.map({ Array($0.utf8) })
                ?? content["body"]?.string.flatMap({ Hexadecimal.bytes($0) })
        else { return fault("it is no content of \(check.lastSeq)") }
        parts.append(ContentPart(kind: kind, salt: salt, body: body))
    }

    private mutating func settleContent() {
        defer {
            parts = []
            committed = nil
        }
        guard !parts.isEmpty, Commitment.contentHash(of: parts) != committed else { return }
        check.report(check.lastSeq, .content("it is not what the event committed to"))
    }

    private func leaf(_ line: JSONValue) -> TreeHash?? {
        guard let leaf = line["leaf"] else { return .some(nil) }
        return Self.hash(leaf).map { .some($0) }
    }

    private static func hash(_ value: JSONValue) -> TreeHash? {
        value.string.flatMap { Hexadecimal.bytes($0) }.flatMap { TreeHash($0) }
    }

    /// Lines that may be missing in one place before a number is taken for wrong.
    private static let gapMax: Int64 = 1_000_000
}

extension EventFields {
    /// Reads the object that `ExportWriter` writes; nil for anything else, a member too many too.
    init?(_ object: JSONValue) {
        var values: [Value] = []
        var columns = Self.columns[...]
        for (key, value) in object.members {
            guard let column = columns.popFirst(), key.elementsEqual(column.name.utf8),
                let value = Self.value(value, column.type)
            else { return nil }
            values.append(value)
        }
        guard columns.isEmpty else { return nil }
        self.init(values: values)
    }

    private static func value(_ value: JSONValue, _ type: Kind) -> Value? {
        if value.kind == .null { return .null }
        switch type {
        case .integer(let width):
            guard let number = value.int64,
                number >> (width * 8 - 1) == 0 || number >> (width * 8 - 1) == -1
            else { return nil }
            return .integer(number)
        case .uuid: return value.string.flatMap { UUID16(parsing: $0) == nil ? nil : .text($0) }
        case .bytes: return value.string.flatMap { Hexadecimal.bytes($0) == nil ? nil : .text($0) }
        case .text: return value.string.map { .text($0) }
        case .texts:
            guard value.kind == .array else { return nil }
            let texts = value.elements.map(\.string)
            return texts.contains(nil) ? nil : .texts(texts.compactMap(\.self))
        }
    }

    /// The tuple that these fields were read from.
    var tuple: [UInt8] {
        var tuple: [UInt8] = []
        func append(_ number: Int64, _ width: Int) {
            for place in (0..<width).reversed() {
                tuple.append(UInt8(truncatingIfNeeded: number >> (place * 8)))
            }
        }
        func append(_ bytes: [UInt8]) {
            append(Int64(bytes.count), 4)
            tuple += bytes
        }
        append(Int64(values.count), 2)
        for (column, value) in zip(Self.columns, values) {
            switch (value, column.type) {
            case (.integer(let number), .integer(let width)):
                append(Int64(width), 4)
                append(number, width)
            case (.text(let text), .uuid): append(UUID16(parsing: text)?.bytes ?? [])
            case (.text(let text), .bytes): append(Hexadecimal.bytes(text) ?? [])
            case (.text(let text), _): append(Array(text.utf8))
            case (.texts(let texts), _):
                let size = texts.reduce(texts.isEmpty ? 12 : 20) { $0 + 4 + $1.utf8.count }
                append(Int64(size), 4)
                for number in [texts.isEmpty ? 0 : 1, 0, 25] { append(Int64(number), 4) }
                if !texts.isEmpty { for number in [texts.count, 1] { append(Int64(number), 4) } }
                for text in texts { append(Array(text.utf8)) }
            default: append(-1, 4)
            }
        }
        return tuple
    }
}
