extension FunctionLibrary {
    /// The types of the operators; the compiler knows what they do.
    static let operators: Functions = {
        let element = ValueType.parameter("A")
        let ordered: [ValueType] = [
            .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration,
        ]
        let numbers: [ValueType] = [.int, .uint, .double]
        func same(_ types: [ValueType]) -> [Overload] {
            types.map { Overload([$0, $0], $0) }
        }
        var comparisons = ordered.map { Overload([$0, $0], .bool) }
        for left in numbers {
            comparisons += numbers.filter { $0 != left }.map { Overload([left, $0], .bool) }
        }
        let equality = [Overload([element, element], .bool)]
        var library: Functions = [
            "==": equality, "!=": equality,
            "!": [Overload([.bool], .bool)],
            "-_": [Overload([.int], .int), Overload([.double], .double)],
            "+": same([.int, .uint, .double, .string, .bytes, .duration, .list(element)]) + [
                Overload([.timestamp, .duration], .timestamp),
                Overload([.duration, .timestamp], .timestamp),
            ],
            "-": same([.int, .uint, .double, .duration]) + [
                Overload([.timestamp, .timestamp], .duration),
                Overload([.timestamp, .duration], .timestamp),
            ],
            "*": same(numbers), "/": same(numbers), "%": same([.int, .uint]),
            "in": [
                Overload([element, .list(element)], .bool),
                Overload([element, .map(element, .parameter("B"))], .bool),
            ],
        ]
        for name in ["<", "<=", ">", ">="] { library[name] = comparisons }
        return library
    }()
}
