import CHyperscan

/// Finds which patterns of a set may match a text. Holds the scratch, so each thread has its own.
final class PatternScanner {
    private let set: PatternSet
    private let scratch: OpaquePointer?
    private var flatText = FlatText()
    private let found: UnsafeMutablePointer<Candidates>
    /// Which doubts any pattern of the set has at all.
    private let doubts: Doubts

    init(_ set: PatternSet) {
        self.set = set
        var scratch: OpaquePointer?
        // Grows it to serve both.
        for database in [set.flat, set.unicode].compactMap(\.self) {
            let result = hs_alloc_scratch(database.handle, &scratch)
            guard result == HS_SUCCESS else {
                preconditionFailure("Hyperscan has no memory for a scratch (\(result))")
            }
        }
        self.scratch = scratch
        found = .allocate(capacity: 1)
        found.initialize(to: Candidates(capacity: set.patterns.count))
        doubts = set.doubtful.reduce(into: []) { $0.formUnion($1.doubts) }
    }

    deinit {
        flatText.free()
        found.pointee.free()
        found.deallocate()
        if let scratch { hs_free_scratch(scratch) }
    }

    /// The indices of the patterns that may match `text`, valid UTF-8. The answer holds until the
    /// next scan.
    func candidates(in text: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt32> {
        found.pointee.clear()
        let flat = flatText.flatten(text)
        if let database = set.flat { scan(flat, database) }
        if let database = set.unicode { scan(text, database) }
        if !doubts.isDisjoint(with: flatText.doubts) { insertDoubtful(flatText.doubts) }
        return found.pointee.all
    }

    private func scan(_ text: UnsafeRawBufferPointer, _ database: CandidateDatabase) {
        guard let start = text.baseAddress, let scratch else { return }
        let result = hs_scan(
            database.handle,
            start.assumingMemoryBound(to: CChar.self),
            UInt32(text.count),
            0,
            scratch,
            { id, _, _, _, context in
                context?.assumingMemoryBound(to: Candidates.self).pointee.insert(id)
                return 0
            },
            found
        )
        guard result != HS_SUCCESS else { return }
        // A scan that failed has found nothing out: RE2 decides about every pattern.
        for index in set.patterns.indices { found.pointee.insert(UInt32(index)) }
    }

    private func insertDoubtful(_ raised: Doubts) {
        for (index, doubts) in set.doubtful where !doubts.isDisjoint(with: raised) {
            found.pointee.insert(index)
        }
    }
}

/// A set of pattern indices over memory of its own, filled by Hyperscan's callback.
private struct Candidates {
    private let items: UnsafeMutablePointer<UInt32>
    private let isPresent: UnsafeMutablePointer<Bool>
    private let capacity: Int
    private var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        items = .allocate(capacity: max(capacity, 1))
        isPresent = .allocate(capacity: max(capacity, 1))
        isPresent.initialize(repeating: false, count: max(capacity, 1))
    }

    var all: UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(start: items, count: count)
    }

    mutating func insert(_ index: UInt32) {
        guard Int(index) < capacity, !isPresent[Int(index)] else { return }
        isPresent[Int(index)] = true
        items[count] = index
        count += 1
    }

    mutating func clear() {
        for position in 0..<count { isPresent[Int(items[position])] = false }
        count = 0
    }

    func free() {
        items.deallocate()
        isPresent.deallocate()
    }
}
