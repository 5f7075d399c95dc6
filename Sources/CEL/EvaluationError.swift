/// Why an evaluation came to no value, and at which part of the expression.
package struct EvaluationError: Error {
    package let fault: Fault
    /// Where in the expression, in bytes of UTF-8.
    package let offset: Int
}

/// What went wrong in a function or operator.
package enum Fault: Error {
    /// The evaluation would cost more than was allowed.
    case tooCostly
    /// A text or list would be larger than any expression needs.
    case tooLarge
    /// A fact that nobody gave.
    case unknownFact(String)
    case undeclared(String)
    case noSuchKey(Value)
    case noSuchOverload(String)
    case indexOutOfRange(Int64)
    case divisionByZero
    case overflow
    case invalid(String)
}

extension EvaluationError: CustomStringConvertible {
    package var description: String { "\(fault) (offset \(offset))" }
}

extension Fault: CustomStringConvertible {
    /// A sentence without a full stop; values of facts are not repeated in it.
    package var description: String {
        switch self {
        case .tooCostly: "the evaluation costs more than its limit"
        case .tooLarge: "the result is larger than any text or list may be"
        case .unknownFact(let name): "'\(name)' is not known here"
        case .undeclared(let name): "'\(name)' is not declared"
        case .noSuchKey(.string(let key)): "the map has no key '\(key)'"
        case .noSuchKey: "the map has no such key"
        case .noSuchOverload(let name): "'\(name)' does not take values of these types"
        case .indexOutOfRange(let index): "the index \(index) is out of range"
        case .divisionByZero: "division by zero"
        case .overflow: "the result is out of its type's range"
        case .invalid(let sentence): sentence
        }
    }
}
