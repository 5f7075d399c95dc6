import AuditLog
import Foundation
import JSONDocument

/// Checks an export line by line, with nothing but the public key.
struct ExportReader {
    private(set) var check: RecordCheck
    private(set) var events: Int64 = 0
    private(set) var contents: Int64 = 0
    /// Events of which there is only the leaf.
    private(set) var absent: Int64 = 0
    let log: Int32
    private let parser = JSONParser()
    private var number = 1
    /// Whether the export's last line came.
    private var isEnded = false
    /// Whether a line was named since the last event: it may have been the next.
    private var isFaultOpen = false
    /// The event before, and its content as far as it came.
    private var tuple: [UInt8] = []
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
    init(first: UnsafeRawBufferPointer, keys: LogKeys) throws {
        guard case .value(let line) = parser.parse(first),
            line.count == 5,
            let log = line["log"]?.int64.flatMap({ Int32(exactly: $0) }),
            let after = line["after"]?.int64,
            let hashes = line["frontier"]?.elements.map({ Self.hash($0) }),
            !hashes.contains(nil),
            let frontier = TreeFrontier(size: after, hashes: hashes.compactMap(\.self))
        else { throw NotAnExport() }
        self.log = log
        check = RecordCheck(keys: keys, after: frontier)
    }

    /// The next line, without its line break.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        number += 1
        guard !isEnded else { return fault("it stands behind the end") }
        guard case .value(let line) = parser.parse(bytes) else { return fault("it is no JSON") }
        let hasLeaf = line["leaf"] != nil
        guard line.count == (hasLeaf ? 2 : 1) else {
            return fault("it has more than an export's line has")
        }
        if let event = line["event"] {
            settleContent()
            guard EventJSON.read(event, into: &tuple), let leaf = leaf(line) else {
                return fault("it is no event")
            }
            takeTuple(leaf)
        } else if let text = line["tuple"] {
            settleContent()
            tuple.removeAll(keepingCapacity: true)
            guard text.kind == .string, Hexadecimal.append(text.stringBytes, to: &tuple),
                let leaf = leaf(line)
            else { return fault("it is no tuple") }
            takeTuple(leaf)
        } else if line["absent"]?.bool == true {
            guard let leaf = line["leaf"].flatMap({ Self.hash($0) }) else {
                return fault("it has no leaf")
            }
            settleContent()
            tuple.removeAll(keepingCapacity: true)
            absent += 1
            check.takeAbsent(stored: leaf, isAccountedFor: true)
        } else if hasLeaf {
            fault("it has a leaf and no event")
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

    /// The event whose tuple has been read.
    private mutating func takeTuple(_ leaf: TreeHash?) {
        events += 1
        let seq = tuple.withUnsafeBytes { Row.seq(of: $0) } ?? 0
        fill(upTo: seq - 1)
        isFaultOpen = false
        if seq != check.lastSeq + 1 { fault("its event has the number \(seq)") }
        if tuple.withUnsafeBytes({ Row.log(of: $0) }) != log { fault("it is not of log \(log)") }
        tuple.withUnsafeBytes { check.take($0, stored: leaf) }
    }

    private mutating func takeContent(_ content: JSONValue) {
        contents += 1
        guard content.count == 4, content["seq"]?.int64 == check.lastSeq,
            let kind = content["part"]?.int64.flatMap({ Part(rawValue: Int16(clamping: $0)) }),
            !parts.contains(where: { $0.kind == kind }),
            let salt = content["salt"].flatMap({ Hexadecimal.bytes($0.stringBytes) }).flatMap({
                Salt(bytes: $0)
            }),
            let body = Self.body(of: content)
        else { return fault("it is no content of \(check.lastSeq)") }
        parts.append(ContentPart(kind: kind, salt: salt, body: body))
    }

    private static func body(of content: JSONValue) -> [UInt8]? {
        if let text = content["text"] {
            return text.kind == .string ? Array(text.stringBytes) : nil
        }
        guard let digits = content["body"], digits.kind == .string else { return nil }
        return Hexadecimal.bytes(digits.stringBytes)
    }

    private mutating func settleContent() {
        if parts.isEmpty { return }
        defer { parts = [] }
        let committed = tuple.withUnsafeBytes { Event.contentHash(of: $0) }
        guard Commitment.contentHash(of: parts) != committed else { return }
        check.report(check.lastSeq, .content("it is not what the event committed to"))
    }

    /// The line's leaf, if it has one; nil when it is none.
    private func leaf(_ line: JSONValue) -> TreeHash?? {
        guard let leaf = line["leaf"] else { return .some(nil) }
        return Self.hash(leaf).map { .some($0) }
    }

    private static func hash(_ value: JSONValue) -> TreeHash? {
        value.kind == .string ? TreeHash(hexadecimal: value.stringBytes) : nil
    }

    /// Lines that may be missing in one place before a number is taken for wrong.
    private static let gapMax: Int64 = 1_000_000
}
