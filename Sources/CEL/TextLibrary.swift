extension FunctionLibrary {
    /// The language's own functions of texts and sizes.
    static let texts: Functions = [
        "size": [
            ValueType.string, .bytes, .list(.parameter("A")),
            .map(.parameter("A"), .parameter("B")),
        ].flatMap { type in
            [Overload].bothWays([type], .int) { values throws(Fault) in
                guard let size = values[0].size else { throw .noSuchOverload("size") }
                return .int(size)
            }
        },
        // The compiler knows what these do.
        "startsWith": [Overload(onValue: true, [.string, .string], .bool)],
        "endsWith": [Overload(onValue: true, [.string, .string], .bool)],
        "contains": [Overload(onValue: true, [.string, .string], .bool)],
        "matches": .bothWays([.string, .string], .bool, nil),
    ]
}
