/// A piece of a text, as offsets of its UTF-8 bytes: from `start` up to, not including, `end`.
package struct Span: Hashable, Sendable {
    package var start: Int
    package var end: Int

    package init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }
}

extension Span {
    /// The spans in order, those that overlap (or touch, unless that counts for nothing) made one.
    package static func merged(_ spans: [Span], touching: Bool = true) -> [Span] {
        var merged: [Span] = []
        for span in spans.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            if let last = merged.last, touching ? span.start <= last.end : span.start < last.end {
                merged[merged.count - 1].end = max(last.end, span.end)
            } else {
                merged.append(span)
            }
        }
        return merged
    }
}
