import PolicyEngine

/// What one part of a match found in one text.
struct FoundPlaces {
    /// The part, with the severity of a list's term: `list conduct, severity 2`.
    let source: String
    let field: String
    let text: String
    let places: [Range<Int>]

    /// The places by the part that found them and the text, in the order of the first of each.
    static func of(_ found: [Found]) -> [FoundPlaces] {
        var groups: [FoundPlaces] = []
        for one in found {
            let place = one.start..<one.end
            let source = one.severity > 0 ? "\(one.source), severity \(one.severity)" : one.source
            if let last = groups.last, last.source == source, last.field == one.field {
                groups[groups.count - 1] = FoundPlaces(
                    source: last.source,
                    field: last.field,
                    text: last.text,
                    places: last.places + [place]
                )
            } else {
                groups.append(
                    FoundPlaces(
                        source: source,
                        field: one.field,
                        text: one.text,
                        places: [place]
                    )
                )
            }
        }
        return groups
    }

    /// `list conduct, severity 2, in /body/text:`
    var head: String { "\(source), in \(field):" }

    /// The text with carets under the places.
    func pointing(indent: String) -> String {
        ShownText(text).pointing(at: places, indent: indent)
    }
}
