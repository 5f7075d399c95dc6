import AuditLog
import AuditStore
import Foundation
import JSONDocument

/// An export as lines of JSON (docs/proofs.md): fields from which each tuple, and so each leaf, can
/// be made again.
struct ExportWriter {
    private var buffer: [UInt8] = []
    private let output: (UnsafeRawBufferPointer) throws -> Void

    /// The first line's version.
    static let version: Int64 = 1
    private static let bufferBytes = 256 << 10

    /// - Parameter output: takes bytes in order.
    init(_ output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.output = output
    }

    /// The first line: which log, and the tree before the export's first event.
    mutating func begin(log: Int32, origin: String, after frontier: TreeFrontier) throws {
        let hashes = frontier.hashes.map { "\"\($0)\"" }.joined(separator: ",")
        try line(
            """
            {"touchline_export":\(Self.version),"log":\(log),"origin":\(Self.quoted(origin)),\
            "after":\(frontier.size),"frontier":[\(hashes)]}
            """
        )
    }

    mutating func write(_ item: RecordAudit.Item) throws {
        switch item {
        case .event(let tuple, let leaf):
            guard let fields = EventFields(Array(tuple)) else {
                return try line("{\(Self.leaf(leaf))\"tuple\":\"\(Hexadecimal.text(tuple))\"}")
            }
            try line("{\(Self.leaf(leaf))\"event\":\(Self.json(fields))}")
        case .quarantined(let tuple, let leaf):
            try line("{\(Self.leaf(leaf))\"tuple\":\"\(Hexadecimal.text(tuple))\"}")
        case .absent(let leaf): try line("{\(Self.leaf(leaf))\"absent\":true}")
        case .checkpoint(let note): try line("{\"checkpoint\":\(Self.quoted(note))}")
        case .content(let seq, let part): try line("{\"content\":\(Self.json(part, seq))}")
        }
    }

    /// The last line: up to which event the lines reach.
    mutating func end(lastSeq: Int64) throws {
        try line("{\"end\":\(lastSeq)}")
        try flush()
    }

    private mutating func line(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        buffer.append(0x0A)
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private mutating func flush() throws {
        try buffer.withUnsafeBytes { try output($0) }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func leaf(_ leaf: TreeHash?) -> String {
        leaf.map { "\"leaf\":\"\($0)\"," } ?? ""
    }

    private static func json(_ fields: EventFields) -> String {
        let members = zip(EventFields.columns, fields.values).map { column, value in
            let text =
                switch value {
                case .null: "null"
                case .integer(let number): String(number)
                case .text(let text): quoted(text)
                case .texts(let texts): "[\(texts.map(quoted).joined(separator: ","))]"
                }
            return "\"\(column.name)\":\(text)"
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// What is text is written so that people can read it.
    private static func json(_ part: ContentPart, _ seq: Int64) -> String {
        var salt: [UInt8] = []
        withUnsafeBytes(of: part.salt.high.bigEndian) { salt += $0 }
        withUnsafeBytes(of: part.salt.low.bigEndian) { salt += $0 }
        let text = part.body.contains(0) ? nil : String(validating: part.body, as: UTF8.self)
        let body =
            text.map { "\"text\":\(quoted($0))" } ?? "\"body\":\"\(Hexadecimal.text(part.body))\""
        return """
            {"seq":\(seq),"part":\(part.kind.rawValue),"salt":"\(Hexadecimal.text(salt))",\(body)}
            """
    }

    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        var text = text
        text.withUTF8 { JSONValue.write(string: UnsafeRawBufferPointer($0), into: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
