/// Memory that is kept from text to text, so that a usual one needs no allocation.
struct GrowingBuffer<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    func free() {
        base.deallocate()
    }

    /// Unchecked for speed: `index` is below `count`.
    subscript(index: Int) -> Element {
        get { base[index] }
        nonmutating set { base[index] = newValue }
    }

    var isEmpty: Bool { count == 0 }

    /// Unchecked for speed: there is room, by `reserve`.
    @inline(__always)
    mutating func append(unchecked element: Element) {
        (base + count).initialize(to: element)
        count += 1
    }

    /// The same, but the element is overwritten by the next unless it counts.
    @inline(__always)
    mutating func append(unchecked element: Element, counts: Bool) {
        (base + count).initialize(to: element)
        count += counts ? 1 : 0
    }

    mutating func append(_ element: Element) {
        if count == capacity { resize(capacity * 2) }
        (base + count).initialize(to: element)
        count += 1
    }

    /// Empties it; gives back what a rare large text made it take.
    mutating func removeAll(reserving room: Int = 0) {
        count = 0
        if capacity > max(Self.keptMax, room) { resize(max(Self.keptMax, room)) }
        reserve(room)
    }

    /// Makes room for so many elements more.
    mutating func reserve(_ room: Int) {
        if capacity - count < room { resize(max(capacity * 2, count + room)) }
    }

    func sort() where Element: Comparable {
        var all = UnsafeMutableBufferPointer(start: base, count: count)
        all.sort()
    }

    private mutating func resize(_ capacity: Int) {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        larger.initialize(from: base, count: count)
        base.deallocate()
        base = larger
        self.capacity = capacity
    }

    /// Elements that are kept: those of a message of the usual largest size.
    private static var keptMax: Int { 64 << 10 }
}
