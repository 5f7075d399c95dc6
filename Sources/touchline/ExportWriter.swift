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
        try line {
            $0.json("{\"touchline_export\":\(Self.version),\"log\":\(log),\"origin\":")
            $0.json(string: origin)
            $0.json(",\"after\":\(frontier.size),\"frontier\":[\(hashes)]")
        }
    }

    mutating func write(_ item: RecordAudit.Item) throws {
        try line { bytes in
            bytes.json("{")
            switch item {
            case .event(let tuple, let leaf):
                bytes.json(leaf)
                let start = bytes.count
                bytes.json("\"event\":")
                if EventJSON.write(tuple, into: &bytes) { return }
                bytes.removeSubrange(start...)
                bytes.json(tuple: tuple)
            case .quarantined(let tuple, let leaf):
                bytes.json(leaf)
                tuple.withUnsafeBytes { bytes.json(tuple: $0) }
            case .absent(let leaf):
                bytes.json(leaf)
                bytes.json("\"absent\":true")
            case .checkpoint(let note):
                bytes.json("\"checkpoint\":")
                bytes.json(string: note)
            case .content(let seq, let part): bytes.json(part, of: seq)
            }
        }
    }

    /// The last line: up to which event the lines reach.
    mutating func end(lastSeq: Int64) throws {
        try line { $0.json("{\"end\":\(lastSeq)") }
        try flush()
    }

    /// One line, whose closing brace is added.
    private mutating func line(_ write: (inout [UInt8]) -> Void) throws {
        write(&buffer)
        buffer.json("}\n")
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    private mutating func flush() throws {
        try buffer.withUnsafeBytes { try output($0) }
        buffer.removeAll(keepingCapacity: true)
    }
}

extension [UInt8] {
    fileprivate mutating func json(_ text: String) { append(contentsOf: text.utf8) }

    fileprivate mutating func json(string: String) {
        var string = string
        string.withUTF8 { JSONValue.write(string: UnsafeRawBufferPointer($0), into: &self) }
    }

    /// A line's leaf, if there is one, and a comma.
    fileprivate mutating func json(_ leaf: TreeHash?) {
        guard let leaf else { return }
        json("\"leaf\":\"")
        leaf.withUnsafeBytes { append(hexadecimal: $0) }
        json("\",")
    }

    fileprivate mutating func json(tuple: UnsafeRawBufferPointer) {
        json("\"tuple\":\"")
        append(hexadecimal: tuple)
        json("\"")
    }

    /// What is text is written so that people can read it.
    fileprivate mutating func json(_ part: ContentPart, of seq: Int64) {
        json("\"content\":{\"seq\":\(seq),\"part\":\(part.kind.rawValue),\"salt\":\"")
        Swift.withUnsafeBytes(of: part.salt.high.bigEndian) { append(hexadecimal: $0) }
        Swift.withUnsafeBytes(of: part.salt.low.bigEndian) { append(hexadecimal: $0) }
        if !part.body.contains(0), let text = String(validating: part.body, as: UTF8.self) {
            json("\",\"text\":")
            json(string: text)
        } else {
            json("\",\"body\":\"")
            append(hexadecimal: part.body)
            json("\"")
        }
        json("}")
    }
}
