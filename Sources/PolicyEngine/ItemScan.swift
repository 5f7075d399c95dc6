import ContentMatching
import JSONDocument

/// Looks through the texts of one item after another. Holds scratch memory, so each judge has one.
struct ItemScan {
    private let pointers: [TextPointer]
    private let scanner: MatcherScanner
    /// What was found in the item at hand.
    private(set) var hits: [TextHit] = []
    /// The strings of the body looked through so far, and where their hits begin and end.
    private var scanned: [(place: Int, hits: Range<Int>)] = []

    init(_ bundle: Bundle) {
        pointers = bundle.pointers
        scanner = MatcherScanner(bundle.matchers)
    }

    /// Looks through the texts at these pointers of the bundle. What was found before is forgotten.
    mutating func scan(_ item: Item, name: String, at wanted: [Int]) {
        hits.removeAll(keepingCapacity: true)
        scanned.removeAll(keepingCapacity: true)
        for pointer in wanted {
            if pointers[pointer].root == .name {
                var name = name
                name.withUTF8 {
                    for hit in scanner.hits(in: UnsafeRawBufferPointer($0)) {
                        hits.append(TextHit(pointer: pointer, value: nil, hit: hit))
                    }
                }
            } else if let body = item.said?.body {
                pointers[pointer].forEachText(in: body) { scan($0, pointer) }
            }
        }
    }

    private mutating func scan(_ value: JSONValue, _ pointer: Int) {
        if let known = scanned.first(where: { $0.place == value.index }) {
            for hit in known.hits {
                hits.append(TextHit(pointer: pointer, value: value, hit: hits[hit].hit))
            }
            return
        }
        let start = hits.count
        for hit in scanner.hits(in: value.stringBytes) {
            hits.append(TextHit(pointer: pointer, value: value, hit: hit))
        }
        scanned.append((value.index, start..<hits.count))
    }
}

/// What one matcher found at one place of one text.
struct TextHit {
    /// The bundle's pointer that leads to the text.
    let pointer: Int
    /// The text; nil when it isn't the body's.
    let value: JSONValue?
    let hit: Hit
}

extension TextHit {
    /// Where the text stands, as a JSON pointer.
    func field(of item: Item, _ bundle: Bundle) -> String {
        guard let value, let body = item.said?.body,
            let path = body.path(to: value.index)
        else { return bundle.pointers[pointer].source }
        return "/body\(path.steps.pointer)"
    }
}

extension Match {
    /// The hits that the match takes, those that are excused left out; empty when none.
    func taken(of hits: [TextHit]) -> [TextHit] {
        if hits.isEmpty { return [] }
        return parts.flatMap { part in
            hits.filter { found in
                pointers.contains(found.pointer) && part.takes(found.hit)
                    && !hits.contains { part.excuses($0, found) }
            }
        }
    }
}

extension Match.Part {
    fileprivate func takes(_ hit: Hit) -> Bool {
        matchers.contains(hit.matcher) && hit.severity >= severityMin
    }

    fileprivate func excuses(_ excuse: TextHit, _ found: TextHit) -> Bool {
        excusing.contains(excuse.hit.matcher) && excuse.pointer == found.pointer
            && excuse.value?.index == found.value?.index
            && excuse.hit.span.overlaps(found.hit.span)
    }
}

extension Span {
    fileprivate func overlaps(_ other: Span) -> Bool {
        start < other.end && other.start < end
    }
}
