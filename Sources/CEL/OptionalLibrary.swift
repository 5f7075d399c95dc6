extension FunctionLibrary {
    /// The functions of optionals; `optMap` and `optFlatMap` are macros.
    static let optionals: Functions = {
        let held = ValueType.parameter("A")
        let optional = ValueType.optional(held)
        return [
            "optional.of": [Overload([held], optional) { values in .optional(values[0]) }],
            "optional.ofNonZeroValue": [
                Overload([held], optional) { values in
                    .optional(values[0].isZero ? nil : values[0])
                }
            ],
            "optional.none": [Overload([], optional) { _ in .optional(nil) }],
            "hasValue": [
                member([optional], .bool) { held, _ in .bool(held != nil) }
            ],
            "value": [
                member([optional], held) { held, _ throws(Fault) in
                    guard let held else { throw .invalid("the optional holds nothing") }
                    return held
                }
            ],
            "or": [
                member([optional, optional], optional) { held, values in
                    held == nil ? values[1] : values[0]
                }
            ],
            "orValue": [
                member([optional, held], held) { held, values in held ?? values[1] }
            ],
        ]
    }()

    private static func member(
        _ parameters: [ValueType],
        _ result: ValueType,
        _ body: @escaping @Sendable (Value?, [Value]) throws(Fault) -> Value
    ) -> Overload {
        Overload(onValue: true, parameters, result) { values throws(Fault) in
            guard case .optional(let held) = values[0] else {
                throw .invalid("an optional is needed, not a value of type \(values[0].typeName)")
            }
            return try body(held, values)
        }
    }
}
