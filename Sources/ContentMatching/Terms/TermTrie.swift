/// The spellings of many terms as a tree of their characters.
///
/// The children of a node lie side by side, in the order of their characters: twelve bytes a node,
/// so that twenty thousand terms stay in a processor's cache.
struct TermTrie {
    private let nodes: [Node]
    /// The entries at the nodes' ends, and the runs that each asks for.
    let entries: [Entry]
    let runs: [FoldedTerm.Run]
    /// The children of the root by ASCII character: most words end here.
    private let first: [UInt32]

    private struct Node {
        let symbol: UInt32
        /// Its children are the nodes from here to the next node's first child.
        var firstChild: UInt32 = 0
        /// Its entries are those from here to the next node's first entry.
        var firstEntry: UInt32 = 0
    }

    /// One spelling of a term.
    struct Entry {
        let term: UInt32
        /// Where its runs start.
        let firstRun: UInt32
        let length: UInt32
    }

    /// Builds the tree of these spellings, each with the number of its term.
    init(_ spellings: [(spelling: FoldedTerm.Spelling, term: UInt32)]) {
        let sorted = spellings.sorted {
            $0.spelling.symbols.lexicographicallyPrecedes($1.spelling.symbols)
        }
        var nodes = [Node(symbol: 0)]
        var entries: [Entry] = []
        var runs: [FoldedTerm.Run] = []
        // Breadth first, so that children lie side by side: each node is a range of spellings that
        // share their first characters.
        var ranges = [(range: 0..<sorted.count, depth: 0)]
        var index = 0
        while index < nodes.count {
            let depth = ranges[index].depth
            var range = ranges[index].range
            nodes[index].firstChild = UInt32(nodes.count)
            nodes[index].firstEntry = UInt32(entries.count)
            while let next = range.first, sorted[next].spelling.symbols.count == depth {
                let entry = Entry(
                    term: sorted[next].term,
                    firstRun: UInt32(runs.count),
                    length: UInt32(depth)
                )
                entries.append(entry)
                runs += sorted[next].spelling.runs
                range = (next + 1)..<range.upperBound
            }
            while let next = range.first {
                let symbol = sorted[next].spelling.symbols[depth]
                var end = next + 1
                while end < range.upperBound, sorted[end].spelling.symbols[depth] == symbol {
                    end += 1
                }
                nodes.append(Node(symbol: symbol))
                ranges.append((next..<end, depth + 1))
                range = end..<range.upperBound
            }
            index += 1
        }
        nodes.append(
            Node(
                symbol: 0,
                firstChild: UInt32(nodes.count),
                firstEntry: UInt32(entries.count)
            )
        )
        self.nodes = nodes
        self.entries = entries
        self.runs = runs
        var first = [UInt32](repeating: 0, count: 128)
        for child in nodes.indices.dropFirst().prefix(Int(nodes[1].firstChild) - 1)
        where nodes[child].symbol < 128 {
            first[Int(nodes[child].symbol)] = UInt32(child)
        }
        self.first = first
    }

    /// Where every search starts.
    static var root: Int { 0 }

    /// The child of a node for a character, or nil.
    @inline(__always)
    func child(of node: Int, for symbol: UInt32) -> Int? {
        if node == Self.root, symbol < 128 {
            let child = Int(first[Int(symbol)])
            return child == 0 ? nil : child
        }
        return nodes.withUnsafeBufferPointer { nodes in
            var low = Int(nodes[node].firstChild)
            var high = Int(nodes[node + 1].firstChild)
            while high - low > 8 {
                let middle = (low + high) / 2
                if nodes[middle].symbol <= symbol { low = middle } else { high = middle }
            }
            while low < high {
                if nodes[low].symbol == symbol { return low }
                low += 1
            }
            return nil
        }
    }

    /// The entries that end at a node.
    @inline(__always)
    func entries(at node: Int) -> Range<Int> {
        Int(nodes[node].firstEntry)..<Int(nodes[node + 1].firstEntry)
    }

    /// Nodes that the tree has; each takes twelve bytes.
    var nodeCount: Int { nodes.count - 1 }
}
