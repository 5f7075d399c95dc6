/// `+`, `-`, `*`, `/` and `%`.
final class Arithmetic: Node, @unchecked Sendable {
    enum Operator: String {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case remainder = "%"
    }

    let sign: Operator
    let left: Node
    let right: Node

    init(_ sign: Operator, _ left: Node, _ right: Node, at offset: Int) {
        self.sign = sign
        self.left = left
        self.right = right
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        let left = try left.value(&context)
        let right = try right.value(&context)
        if case .add = sign {
            try context.spend(left.weight + right.weight, at: offset)
        }
        do {
            return try sign.apply(left, right)
        } catch {
            throw self.error(error)
        }
    }
}

extension Arithmetic.Operator {
    func apply(_ left: Value, _ right: Value) throws(Fault) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try whole(left, right))
        case (.uint(let left), .uint(let right)): return .uint(try whole(left, right))
        case (.double(let left), .double(let right)):
            if let result = real(left, right) { return .double(result) }
        default:
            if case .add = self, let sum = try sum(left, right) { return sum }
            if let result = try time(left, right) { return result }
        }
        throw .noSuchOverload(rawValue)
    }

    private func whole<Integer: FixedWidthInteger>(
        _ left: Integer,
        _ right: Integer
    ) throws(Fault) -> Integer {
        let (result, overflow) =
            switch self {
            case .add: left.addingReportingOverflow(right)
            case .subtract: left.subtractingReportingOverflow(right)
            case .multiply: left.multipliedReportingOverflow(by: right)
            case .divide: left.dividedReportingOverflow(by: right)
            case .remainder: left.remainderReportingOverflow(dividingBy: right)
            }
        if overflow {
            throw right == 0 && (self == .divide || self == .remainder)
                ? .divisionByZero : .overflow
        }
        return result
    }

    private func real(_ left: Double, _ right: Double) -> Double? {
        switch self {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .remainder: nil
        }
    }

    private func sum(_ left: Value, _ right: Value) throws(Fault) -> Value? {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try Fault.limit(left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.bytes(let left), .bytes(let right)):
            try Fault.limit(left.count + right.count)
            return .bytes(left + right)
        case (.list(let left), .list(let right)):
            try Fault.limit(left.count + right.count)
            return .list(left + right)
        default: return nil
        }
    }

    private func time(_ left: Value, _ right: Value) throws(Fault) -> Value? {
        switch (self, left, right) {
        case (.add, .duration(let left), .duration(let right)),
            (.subtract, .duration(let left), .duration(let right)):
            return .duration(try whole(left, right))
        case (.add, .timestamp(let instant), .duration(let nanoseconds)),
            (.add, .duration(let nanoseconds), .timestamp(let instant)):
            return .timestamp(try instant.adding(nanoseconds))
        case (.subtract, .timestamp(let instant), .duration(let nanoseconds)):
            return .timestamp(try instant.adding(nanoseconds, negated: true))
        case (.subtract, .timestamp(let left), .timestamp(let right)):
            return .duration(try left.nanoseconds(since: right))
        default: return nil
        }
    }
}

/// A minus before a number.
final class Minus: Node, @unchecked Sendable {
    let operand: Node

    init(_ operand: Node, at offset: Int) {
        self.operand = operand
        super.init(at: offset)
    }

    override func value(_ context: inout Context) throws(EvaluationError) -> Value {
        switch try operand.value(&context) {
        case .int(let value):
            guard value != .min else { throw error(.overflow) }
            return .int(-value)
        case .double(let value): return .double(-value)
        default: throw error(.noSuchOverload("-"))
        }
    }
}

extension Fault {
    /// Refuses a text or list of more bytes or elements than any may have.
    static func limit(_ size: Int) throws(Fault) {
        if size > Limits.resultSizeMax { throw .tooLarge }
    }
}
