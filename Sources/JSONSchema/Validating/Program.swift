import JSONDocument

/// The tables of a program while it is compiled.
struct ProgramTables {
    var nodes: [Node] = []
    var steps: [Step] = []
    var nodeLists: [Int32] = []
    var keys: [Key] = []
    var keyLists: [Check.Span] = []
    var keyBytes: [UInt8] = []
    var members: [MemberTable] = []
    var slots: [Int32] = []
    var literals: [JSONValue] = []
    var patterns: [Pattern] = []
    /// For `patternProperties`: a pattern and the node for members whose name it matches.
    var patternNodes: [PatternNode] = []
    /// For each name of a dynamic anchor, a node for each resource, or -1.
    var dynamicAnchors: [Int32] = []
    var resourceCount: Int32 = 0

    struct PatternNode {
        let pattern: Int32
        let node: Int32
    }
}

/// A compiled schema's tables, laid out for reading without counting references.
///
/// Never changes; freed with the schema that it belongs to.
struct Program {
    let nodes: UnsafeBufferPointer<Node>
    let steps: UnsafeBufferPointer<Step>
    let nodeLists: UnsafeBufferPointer<Int32>
    let keys: UnsafeBufferPointer<Key>
    let keyLists: UnsafeBufferPointer<Check.Span>
    let keyBytes: UnsafeBufferPointer<UInt8>
    let members: UnsafeBufferPointer<MemberTable>
    let slots: UnsafeBufferPointer<Int32>
    let literals: UnsafeBufferPointer<JSONValue>
    let patterns: UnsafeBufferPointer<Pattern>
    let patternNodes: UnsafeBufferPointer<ProgramTables.PatternNode>
    let dynamicAnchors: UnsafeBufferPointer<Int32>
    let resourceCount: Int

    init(_ tables: ProgramTables) {
        nodes = Self.copy(tables.nodes)
        steps = Self.copy(tables.steps)
        nodeLists = Self.copy(tables.nodeLists)
        keys = Self.copy(tables.keys)
        keyLists = Self.copy(tables.keyLists)
        keyBytes = Self.copy(tables.keyBytes)
        members = Self.copy(tables.members)
        slots = Self.copy(tables.slots)
        literals = Self.copy(tables.literals)
        patterns = Self.copy(tables.patterns)
        patternNodes = Self.copy(tables.patternNodes)
        dynamicAnchors = Self.copy(tables.dynamicAnchors)
        resourceCount = Int(tables.resourceCount)
    }

    func free() {
        for pattern in patterns { pattern.free() }
        nodes.deallocate()
        steps.deallocate()
        nodeLists.deallocate()
        keys.deallocate()
        keyLists.deallocate()
        keyBytes.deallocate()
        members.deallocate()
        slots.deallocate()
        literals.deallocate()
        patterns.deallocate()
        patternNodes.deallocate()
        dynamicAnchors.deallocate()
    }

    private static func copy<Row: BitwiseCopyable>(_ rows: [Row]) -> UnsafeBufferPointer<Row> {
        let copy = UnsafeMutableBufferPointer<Row>.allocate(capacity: rows.count)
        _ = copy.initialize(from: rows)
        return UnsafeBufferPointer(copy)
    }

    func bytes(of key: Key) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: UnsafeRawBufferPointer(keyBytes)[Int(key.start)..<Int(key.start + key.count)]
        )
    }

    /// The node for a member by its name, or -1.
    func node(for name: UnsafeRawBufferPointer, in table: MemberTable) -> Int32 {
        if table.slots.count == 0 {
            for row in table.keys.range where equal(keys[row], name) { return keys[row].node }
            return -1
        }
        let mask = Int(table.slots.count) - 1
        var slot = Self.hash(name) & mask
        while true {
            let row = slots[Int(table.slots.start) + slot]
            if row < 0 { return -1 }
            if equal(keys[Int(row)], name) { return keys[Int(row)].node }
            slot = (slot + 1) & mask
        }
    }

    func equal(_ key: Key, _ name: UnsafeRawBufferPointer) -> Bool {
        guard Int(key.count) == name.count, let base = keyBytes.baseAddress else { return false }
        let bytes = base + Int(key.start)
        for place in 0..<name.count where bytes[place] != name[place] { return false }
        return true
    }

    /// FNV-1a. The table is the schema's author's, so that nobody else can fill a slot.
    static func hash(_ name: some Sequence<UInt8>) -> Int {
        var hash: UInt32 = 2_166_136_261
        for byte in name { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash ^ hash >> 15)
    }
}
