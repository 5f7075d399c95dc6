/// What becomes of a message, in the order of strictness. The strictest of all rules wins.
package enum Disposition: Int16, Comparable, Sendable {
    case allow = 0
    case redact = 1
    case bounce = 2
    case hold = 3
    case block = 4

    package static func < (left: Disposition, right: Disposition) -> Bool {
        left.rawValue < right.rawValue
    }
}
