import ContentMatching
import JSONDocument

/// A place that a rule's match found.
package struct Found: Hashable, Sendable {
    /// Which part of the match found it, counted from 0.
    package let part: Int
    /// That part as the operator wrote it: `list conduct`.
    package let source: String
    /// The severity of the list's term; 0 for what is no list.
    package let severity: Int
    /// The field, as a JSON pointer.
    package let field: String
    /// The whole text of the field.
    package let text: String
    /// Offsets of the text's UTF-8, from `start` up to, not including, `end`.
    package let start: Int
    package let end: Int

    /// What was found.
    package var piece: String {
        String(decoding: Array(text.utf8)[start..<end], as: UTF8.self)
    }
}

extension Judge {
    /// What the parts of a match found in the item that was scanned last, by part, field and place.
    func found(by match: Match, in item: Item, name: String) -> [Found] {
        match.parts.enumerated().flatMap { number, part in
            let taken = Match(pointers: match.pointers, parts: [part]).taken(of: scan.hits)
            let found = taken.map { found in
                Found(
                    part: number,
                    source: part.source,
                    severity: found.hit.severity,
                    field: found.field(of: item, bundle),
                    text: found.value?.string ?? name,
                    start: found.hit.span.start,
                    end: found.hit.span.end
                )
            }
            return Set(found).sorted { ($0.field, $0.start, $0.end) < ($1.field, $1.start, $1.end) }
        }
    }
}
