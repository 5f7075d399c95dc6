extension FunctionLibrary {
    /// The extension `math`.
    static let math: Functions = {
        var library: Functions = [
            "math.greatest": [extremum("math.greatest", .after)],
            "math.least": [extremum("math.least", .before)],
            "math.abs": numbers("math.abs", absolute),
            "math.sign": numbers("math.sign", sign),
            "math.sqrt": numbers("math.sqrt", result: .double) { value throws(Fault) in
                switch value {
                case .int(let number): .double(Double(number).squareRoot())
                case .uint(let number): .double(Double(number).squareRoot())
                case .double(let number): .double(number.squareRoot())
                default: throw .noSuchOverload("math.sqrt")
                }
            },
            "math.isNaN": real(.bool) { .bool($0.isNaN) },
            "math.isInf": real(.bool) { .bool($0.isInfinite) },
            "math.isFinite": real(.bool) { .bool($0.isFinite) },
            "math.bitAnd": bits("math.bitAnd", { $0 & $1 }, { $0 & $1 }),
            "math.bitOr": bits("math.bitOr", { $0 | $1 }, { $0 | $1 }),
            "math.bitXor": bits("math.bitXor", { $0 ^ $1 }, { $0 ^ $1 }),
            "math.bitNot": [
                Overload([.int], .int) { values in
                    if case .int(let bits) = values[0] { .int(~bits) } else { .null }
                },
                Overload([.uint], .uint) { values in
                    if case .uint(let bits) = values[0] { .uint(~bits) } else { .null }
                },
            ],
            "math.bitShiftLeft": shifts("math.bitShiftLeft", isLeft: true),
            "math.bitShiftRight": shifts("math.bitShiftRight", isLeft: false),
        ]
        let roundings: [(String, FloatingPointRoundingRule)] = [
            ("math.ceil", .up), ("math.floor", .down), ("math.trunc", .towardZero),
            ("math.round", .toNearestOrAwayFromZero),
        ]
        for (name, rule) in roundings {
            library[name] = real(.double) { .double($0.rounded(rule)) }
        }
        return library
    }()

    private static func real(
        _ result: ValueType,
        _ body: @escaping @Sendable (Double) -> Value
    ) -> [Overload] {
        [
            Overload([.double], result) { values in
                if case .double(let number) = values[0] { body(number) } else { .null }
            }
        ]
    }

    private static func numbers(
        _ name: String,
        result: ValueType? = nil,
        _ body: @escaping @Sendable (Value) throws(Fault) -> Value
    ) -> [Overload] {
        [ValueType.int, .uint, .double].map { type in
            Overload([type], result ?? type) { values throws(Fault) in try body(values[0]) }
        }
    }

    @Sendable private static func absolute(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .int(let number):
            guard number != .min else { throw .overflow }
            return .int(abs(number))
        case .double(let number): return .double(abs(number))
        default: return value
        }
    }

    @Sendable private static func sign(_ value: Value) throws(Fault) -> Value {
        switch value {
        case .int(let number): .int(number.signum())
        case .uint(let number): .uint(number > 0 ? 1 : 0)
        case .double(let number): .double(number > 0 ? 1 : number < 0 ? -1 : number)
        default: value
        }
    }

    private static func extremum(_ name: String, _ wanted: Order) -> Overload {
        Overload(variadic: { values throws(Fault) in
            var numbers = values
            if values.count == 1, case .list(let elements) = values[0] { numbers = elements }
            guard var best = numbers.first else {
                throw .invalid("'\(name)' takes one number at least")
            }
            for number in numbers {
                guard number.isNumber else { throw .noSuchOverload(name) }
                if Value.order(number, best) == wanted { best = number }
            }
            return best
        })
    }

    private static func bits(
        _ name: String,
        _ signed: @escaping @Sendable (Int64, Int64) -> Int64,
        _ unsigned: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> [Overload] {
        [ValueType.int, .uint].map { type in
            Overload([type, type], type) { values throws(Fault) in
                switch (values[0], values[1]) {
                case (.int(let left), .int(let right)): .int(signed(left, right))
                case (.uint(let left), .uint(let right)): .uint(unsigned(left, right))
                default: throw .noSuchOverload(name)
                }
            }
        }
    }

    /// Shifts fill with zeros, on both sides, and by 64 or more give 0.
    private static func shifts(_ name: String, isLeft: Bool) -> [Overload] {
        [ValueType.int, .uint].map { type in
            Overload([type, .int], type) { values throws(Fault) in
                guard case .int(let distance) = values[1] else { throw .noSuchOverload(name) }
                guard distance >= 0 else {
                    throw .invalid("'\(name)' does not shift by less than 0")
                }
                func shifted(_ bits: UInt64) -> UInt64 {
                    isLeft ? bits << distance : bits >> distance
                }
                switch values[0] {
                case .int(let bits):
                    return .int(Int64(bitPattern: shifted(UInt64(bitPattern: bits))))
                case .uint(let bits): return .uint(shifted(bits))
                default: throw .noSuchOverload(name)
                }
            }
        }
    }
}

extension Value {
    fileprivate var isNumber: Bool {
        switch self {
        case .int, .uint, .double: true
        default: false
        }
    }
}
