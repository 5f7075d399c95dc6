/// What became of something that was judged, in the order of strictness: the strictest of all rules
/// wins. The number is column `disposition` of the record.
package enum Disposition: Int16, CaseIterable, Comparable, Sendable {
    case allow = 0
    case redact = 1
    case bounce = 2
    case hold = 3
    case block = 4

    package static func < (left: Disposition, right: Disposition) -> Bool {
        left.rawValue < right.rawValue
    }
}
