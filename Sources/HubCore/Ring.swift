/// A queue over an array: what was taken from its front is given back now and then, in one go.
struct Ring<Element> {
    private var elements: [Element] = []
    private var taken = 0

    init() {}

    var count: Int { elements.count - taken }
    var isEmpty: Bool { count == 0 }

    /// By place from the front.
    subscript(place: Int) -> Element {
        _read { yield elements[taken + place] }
        _modify { yield &elements[taken + place] }
    }

    mutating func append(_ element: Element) { elements.append(element) }

    /// - Parameter blank: what stands in its place until room is given back.
    mutating func takeFirst(leaving blank: Element) -> Element {
        let first = elements[taken]
        elements[taken] = blank
        taken += 1
        if taken > 64, taken * 2 > elements.count {
            elements.removeFirst(taken)
            taken = 0
        }
        return first
    }
}
