import ContentMatching
import JSONDocument

/// Blacks out parts of a body's texts.
struct Redaction {
    /// Spans by the index of the text's value in its document.
    private var spans: [Int: (value: JSONValue, spans: [Span])] = [:]

    mutating func add(_ span: Span, in value: JSONValue) {
        spans[value.index, default: (value, [])].spans.append(span)
    }

    /// The body as compact JSON, every character of the spans replaced by `•`.
    func apply(to body: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        let texts = spans.mapValues { Self.blackedOut($0.value.stringBytes, $0.spans) }
        body.write(into: &bytes, replacing: texts)
        return bytes
    }

    /// Overlapping spans count once; marks that combine with a span's last character go with it.
    static func blackedOut(_ text: UnsafeRawBufferPointer, _ spans: [Span]) -> [UInt8] {
        let whole = spans.map {
            Span(start: $0.start, end: WordBoundary.pastMarks($0.end, in: text))
        }
        var result: [UInt8] = []
        var copied = 0
        for span in Span.merged(whole) {
            result += text[copied..<span.start]
            let characters = String(decoding: text[span.start..<span.end], as: UTF8.self).count
            for _ in 0..<characters { result += bullet }
            copied = span.end
        }
        return result + text[copied...]
    }

    /// U+2022.
    private static let bullet = Array("•".utf8)
}
