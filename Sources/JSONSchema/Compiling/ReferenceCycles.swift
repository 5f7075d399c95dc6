/// Finds schemas that refer back to themselves for the same value, which would never end.
///
/// What is endless only by way of a `$dynamicRef` that may lead to several schemas is not found
/// here: it depends on the schemas around, and ends at the validator's limit of depth.
struct ReferenceCycles {
    struct Cycle {
        /// The step that closes it.
        let step: Int32
        let message: String
    }

    private(set) var found: [Cycle] = []

    private enum State: UInt8 { case new, open, done }

    private var states: [State]
    /// How many schemas one value may pass through from a node on.
    private var heights: [Int]
    private let tables: ProgramTables

    /// A node whose neighbours are being visited.
    private struct Visit {
        let node: Int32
        var pending: [(node: Int32, step: Int32)]
    }

    init(_ tables: ProgramTables) {
        self.tables = tables
        states = [State](repeating: .new, count: tables.nodes.count)
        heights = [Int](repeating: 1, count: tables.nodes.count)
        for start in tables.nodes.indices where states[start] == .new { search(Int32(start)) }
    }

    private mutating func search(_ start: Int32) {
        states[Int(start)] = .open
        var path = [Visit(node: start, pending: neighbours(start))]
        while let current = path.last?.node {
            guard let (next, step) = path[path.count - 1].pending.popLast() else {
                states[Int(current)] = .done
                path.removeLast()
                continue
            }
            switch states[Int(next)] {
            case .open:
                found.append(Cycle(step: step, message: "this leads back to itself, without end"))
            case .done: measure(current, by: next, step)
            case .new:
                states[Int(next)] = .open
                // Measured once it is done.
                path[path.count - 1].pending.append((next, step))
                path.append(Visit(node: next, pending: neighbours(next)))
            }
        }
    }

    private mutating func measure(_ node: Int32, by next: Int32, _ step: Int32) {
        heights[Int(node)] = max(heights[Int(node)], heights[Int(next)] + 1)
        if heights[Int(node)] > Self.chainMax {
            heights[Int(node)] = 1
            let message = "one value would pass through more than \(Self.chainMax) schemas"
            found.append(Cycle(step: step, message: message))
        }
    }

    /// How many schemas a `$dynamicRef` may lead to.
    private func candidates(_ name: Int32) -> Int {
        let count = Int(tables.resourceCount)
        return tables.dynamicAnchors[Int(name) * count..<(Int(name) + 1) * count].count { $0 >= 0 }
    }

    private func neighbours(_ node: Int32) -> [(node: Int32, step: Int32)] {
        var neighbours: [(node: Int32, step: Int32)] = []
        for row in tables.nodes[Int(node)].steps.range {
            if case .dynamicReference(_, let name) = tables.steps[row].check,
                candidates(name) > 1
            {
                continue
            }
            tables.steps[row].check.visitInPlace(tables) { neighbours.append(($0, Int32(row))) }
        }
        return neighbours
    }

    /// References and combinations that one value may pass through: far more than people write,
    /// and a fifth of the validator's depth.
    private static let chainMax = 100
}
