/// One way to call a function: the types that it takes, and what it does with them.
package struct Overload: Sendable {
    package typealias Body = @Sendable ([Value]) throws(Fault) -> Value

    /// Called on a value, as `text.size()`; that value's type is the first parameter.
    let isMember: Bool
    let parameters: [ValueType]
    let result: ValueType
    /// Takes any number of numbers, or one list of them.
    let isVariadic: Bool
    /// Nil for operators, which are compiled otherwise, and for what is only checked.
    let body: Body?

    /// - Parameter onValue: whether the function is called on its first parameter.
    package init(
        onValue isMember: Bool = false,
        _ parameters: [ValueType],
        _ result: ValueType,
        _ body: Body? = nil
    ) {
        self.isMember = isMember
        self.parameters = parameters
        self.result = result
        self.body = body
        isVariadic = false
    }

    init(variadic body: @escaping Body) {
        self.body = body
        isMember = false
        isVariadic = true
        parameters = []
        result = .dyn
    }

    /// Whether these values may be passed.
    func takes(_ values: [Value]) -> Bool {
        isVariadic
            || parameters.count == values.count
                && zip(parameters, values).allSatisfy { $1.fits($0) }
    }

    /// The overload as a person would write its call.
    func signature(_ name: String) -> String {
        if isVariadic { return "\(name)(number, …)" }
        let types = parameters.map(\.description)
        guard isMember else { return "\(name)(\(types.joined(separator: ", ")))" }
        return "\(types[0]).\(name)(\(types.dropFirst().joined(separator: ", ")))"
    }
}

extension [Overload] {
    /// The same function called on its first parameter, and called around it.
    static func bothWays(
        _ parameters: [ValueType],
        _ result: ValueType,
        _ body: Overload.Body?
    ) -> [Overload] {
        [false, true].map { Overload(onValue: $0, parameters, result, body) }
    }
}

/// The functions of the language and its extensions, in groups.
enum FunctionLibrary {
    /// Overloads by the function's name.
    typealias Functions = [String: [Overload]]

    /// Every function and operator of the language and its extensions.
    static let standard: Functions = [
        operators, conversions, texts, times, strings, math, encoders, optionals, network,
    ].reduce(into: [:]) { all, library in
        all.merge(library) { $0 + $1 }
    }
}
