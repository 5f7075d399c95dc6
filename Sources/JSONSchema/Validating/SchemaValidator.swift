package import JSONDocument

/// Validates documents by a schema, one after another, on one thread.
///
/// Allocates only until it has seen documents like those to come, and for failures.
package final class SchemaValidator {
    private let schema: Schema
    let program: Program

    /// Work left for this document; below 0 it is given up.
    var steps = 0
    private var depth = 0
    /// Resources that are being validated by, outermost first; kept only for dynamic references.
    private var scope: [Int32] = []
    /// Bits of what has been looked at, frame above frame.
    var marks: [UInt64] = []
    /// Failures to tell, while they are gathered.
    var failures: [Failure] = []
    var isGathering = false
    /// A hash table of a list's elements, by their places.
    var hashes: [(hash: Int, index: Int)] = []

    private let hasDynamicScope: Bool
    private let stepsMax: Int

    /// Members or elements of a value that have been looked at: where its bits begin.
    typealias Frame = Int
    static let noFrame: Frame = -1

    /// A check that failed, for a value of the document.
    struct Failure: Hashable {
        /// The place of the value.
        let value: Int
        let step: Int32
        /// What is missing: the row of a key; or another number that the check knows.
        var detail: Int32 = -1
    }

    /// Work that one document may cost, in values looked at: 30 ms at the worst, where a message
    /// of a kilobyte takes some dozens of steps and less than a microsecond.
    package static let stepsMaxDefault = 500_000
    /// Schemas within schemas for one document. Each takes less than a kilobyte of stack.
    private static let depthMax = 500

    package init(_ schema: Schema, stepsMax: Int = SchemaValidator.stepsMaxDefault) {
        self.schema = schema
        self.stepsMax = stepsMax
        program = schema.program
        hasDynamicScope = !schema.program.dynamicAnchors.isEmpty
    }

    /// Whether a document fulfils the schema. False, too, when that can't be found out in bounds.
    package func isValid(_ value: JSONValue) -> Bool {
        start()
        let isValid = evaluate(0, value, Self.noFrame)
        return isValid && steps >= 0
    }

    /// The first reason why a document doesn't fulfil the schema; nil when it does.
    package func failure(of value: JSONValue) -> SchemaFailure? {
        isValid(value) ? nil : failures(of: value, max: 1).first
    }

    /// Why a document doesn't fulfil the schema; empty when it does.
    ///
    /// - Parameter max: failures beyond this many are left out.
    package func failures(of value: JSONValue, max: Int = 16) -> [SchemaFailure] {
        if isValid(value) { return [] }
        if steps < 0 { return [SchemaFailure(exhaustedBy: schema)] }
        start()
        isGathering = true
        defer {
            isGathering = false
            failures.removeAll()
        }
        _ = evaluate(0, value, Self.noFrame)
        if failures.isEmpty || steps < 0 { return [SchemaFailure(exhaustedBy: schema)] }
        var seen: Set<Failure> = []
        return failures.filter { seen.insert($0).inserted }.prefix(max).map {
            SchemaFailure($0, of: value, by: schema)
        }
    }

    private func start() {
        steps = stepsMax
        depth = 0
        scope.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
    }

    // MARK: Nodes

    func evaluate(_ number: Int32, _ value: JSONValue, _ frame: Frame) -> Bool {
        let node = program.nodes[Int(number)]
        if node.steps.count == 0 { return true }
        steps -= 1
        guard steps >= 0, depth < Self.depthMax else {
            steps = -1
            return false
        }
        depth += 1
        let isScoped = hasDynamicScope && scope.last != node.resource
        if isScoped { scope.append(node.resource) }
        let isValid = node.tracks ? track(node, value, frame) : hold(node, value, frame)
        if isScoped { scope.removeLast() }
        depth -= 1
        return isValid
    }

    private func hold(_ node: Node, _ value: JSONValue, _ frame: Frame) -> Bool {
        var isValid = true
        for row in node.steps.range {
            let step = program.steps[row]
            // What a failed schema has looked at counts for nothing.
            if !isValid, step.check.rank == 3 { break }
            if check(step.check, Int32(row), value, frame) { continue }
            guard isGathering else { return false }
            isValid = false
        }
        return isValid
    }

    /// Evaluates a node that asks what its steps have looked at.
    private func track(_ node: Node, _ value: JSONValue, _ outer: Frame) -> Bool {
        let frame = push(for: value)
        let isValid = hold(node, value, frame)
        if isValid, outer >= 0 { merge(frame, into: outer) }
        marks.removeLast(marks.count - frame)
        return isValid
    }

    /// Evaluates a node whose failure isn't yet its parent's.
    func attempt(_ node: Int32, _ value: JSONValue, _ outer: Frame) -> Bool {
        let wasGathering = isGathering
        isGathering = false
        defer { isGathering = wasGathering }
        guard outer >= 0 else { return evaluate(node, value, outer) }
        let frame = push(for: value)
        let isValid = evaluate(node, value, frame)
        if isValid { merge(frame, into: outer) }
        marks.removeLast(marks.count - frame)
        return isValid
    }

    func dynamicNode(_ node: Int32, _ name: Int32) -> Int32 {
        let row = Int(name) * program.resourceCount
        for resource in scope {
            let candidate = program.dynamicAnchors[row + Int(resource)]
            if candidate >= 0 { return candidate }
        }
        return node
    }

    func fail(_ step: Int32, _ value: JSONValue, detail: Int32 = -1) -> Bool {
        if isGathering, failures.count < Self.failuresMax {
            failures.append(Failure(value: value.index, step: step, detail: detail))
        }
        return false
    }

    /// More failures of one document tell nobody anything.
    private static let failuresMax = 1000

    // MARK: Marks

    private func push(for value: JSONValue) -> Frame {
        let frame = marks.count
        let words = (value.count + 63) / 64
        steps -= words
        for _ in 0..<words { marks.append(0) }
        return frame
    }

    /// Frames of one value have one size; the inner is the last.
    private func merge(_ inner: Frame, into outer: Frame) {
        for word in 0..<(marks.count - inner) { marks[outer + word] |= marks[inner + word] }
    }

    func mark(_ ordinal: Int, _ frame: Frame) {
        if frame >= 0 { marks[frame + ordinal >> 6] |= 1 << UInt64(ordinal & 63) }
    }

    func isMarked(_ ordinal: Int, _ frame: Frame) -> Bool {
        marks[frame + ordinal >> 6] >> UInt64(ordinal & 63) & 1 == 1
    }
}
