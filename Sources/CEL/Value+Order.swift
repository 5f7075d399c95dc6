import Glibc

extension Value {
    /// Equality of the language: numbers by value whatever their types, texts by code point.
    ///
    /// - Parameter budget: what the comparison may cost; it is taken from by the values' sizes, as
    ///   a list may hold one list many times.
    static func equal(
        _ left: Value,
        _ right: Value,
        _ budget: inout Int
    ) throws(Fault) -> Bool {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            guard left.utf8.count == right.utf8.count else { return false }
            try budget.spend(left.utf8.count / Limits.sizePerCost)
            return left.byteOrder(to: right) == .same
        case (.int(let left), .int(let right)): return left == right
        case (.bool(let left), .bool(let right)): return left == right
        case (.null, .null): return true
        case (.bytes(let left), .bytes(let right)):
            try budget.spend(left.count / Limits.sizePerCost)
            return left == right
        case (.timestamp(let left), .timestamp(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.type(let left), .type(let right)): return left == right
        case (.address(let left), .address(let right)): return left == right
        case (.network(let left), .network(let right)): return left == right
        case (.optional(let left), .optional(let right)):
            return try equal(optional: left, right, &budget)
        case (.list(let left), .list(let right)):
            guard left.count == right.count else { return false }
            for (left, right) in zip(left, right) {
                try budget.spend(1)
                guard try equal(left, right, &budget) else { return false }
            }
            return true
        case (.map(let left), .map(let right)):
            guard left.entries.count == right.entries.count else { return false }
            for entry in left.entries {
                try budget.spend(1)
                guard let other = right[entry.key], try equal(entry.value, other, &budget)
                else { return false }
            }
            return true
        case (.record(let left), .record(let right)):
            guard left.type == right.type else { return false }
            for (left, right) in zip(left.fields, right.fields) {
                try budget.spend(1)
                guard try equal(optional: left, right, &budget) else { return false }
            }
            return true
        default: return numericOrder(left, right) == .same
        }
    }

    private static func equal(
        optional left: Value?,
        _ right: Value?,
        _ budget: inout Int
    ) throws(Fault) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return try equal(left, right, &budget)
    }

    /// The order of two values, or nil when their types have none.
    static func order(_ left: Value, _ right: Value) -> Order? {
        switch (left, right) {
        case (.int(let left), .int(let right)): Order(left, right)
        case (.string(let left), .string(let right)): left.byteOrder(to: right)
        case (.bool(let left), .bool(let right)): Order(left ? 1 : 0, right ? 1 : 0)
        case (.bytes(let left), .bytes(let right)):
            left.withUnsafeBytes { left in right.withUnsafeBytes { Order(bytes: left, $0) } }
        case (.timestamp(let left), .timestamp(let right)): Order(left, right)
        case (.duration(let left), .duration(let right)): Order(left, right)
        default: numericOrder(left, right)
        }
    }

    /// The order of two numbers of any types, or nil when one is none.
    private static func numericOrder(_ left: Value, _ right: Value) -> Order? {
        switch (left, right) {
        case (.int(let left), .int(let right)): Order(left, right)
        case (.uint(let left), .uint(let right)): Order(left, right)
        case (.double(let left), .double(let right)): Order(left, right)
        case (.int(let left), .uint(let right)): left < 0 ? .before : Order(UInt64(left), right)
        case (.uint(let left), .int(let right)): right < 0 ? .after : Order(left, UInt64(right))
        case (.int(let left), .double(let right)): Order(left, real: right)
        case (.double(let left), .int(let right)): Order(right, real: left).reversed
        case (.uint(let left), .double(let right)): Order(left, real: right)
        case (.double(let left), .uint(let right)): Order(right, real: left).reversed
        default: nil
        }
    }
}

extension Int {
    /// Takes a cost from a budget.
    mutating func spend(_ cost: Int) throws(Fault) {
        self -= cost
        if self < 0 { throw .tooCostly }
    }
}

/// How two values stand to each other; NaN stands nowhere.
enum Order {
    case before, same, after, unordered

    init<Element: Comparable>(_ left: Element, _ right: Element) {
        self = left < right ? .before : left > right ? .after : left == right ? .same : .unordered
    }

    /// Compares an integer with a double: as doubles, where the integer's type has such a number.
    init<Integer: FixedWidthInteger>(_ left: Integer, real right: Double) {
        if right < Double(Integer.min) {
            self = .after
        } else if right > Double(Integer.max) {
            self = .before
        } else {
            self = Order(Double(left), right)
        }
    }

    init(bytes left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) {
        let common = min(left.count, right.count)
        var result: Int32 = 0
        if common > 0, let leftStart = left.baseAddress, let rightStart = right.baseAddress {
            result = memcmp(leftStart, rightStart, common)
        }
        self = result == 0 ? Order(left.count, right.count) : result < 0 ? .before : .after
    }

    var reversed: Order {
        switch self {
        case .before: .after
        case .after: .before
        case .same, .unordered: self
        }
    }
}

extension String {
    /// Calls `body` with the text's UTF-8; nothing is copied when the text is native.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) })
        {
            return result
        }
        return Array(utf8).withUnsafeBytes(body)
    }

    /// Equality by code point; `==` would take canonically equivalent texts for one.
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && byteOrder(to: other) == .same
    }

    /// The order by code point, which is that of UTF-8's bytes.
    func byteOrder(to other: String) -> Order {
        withBytes { left in other.withBytes { Order(bytes: left, $0) } }
    }
}
