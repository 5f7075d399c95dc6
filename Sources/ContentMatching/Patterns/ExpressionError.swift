import CRE2

/// Why an expression was refused, and where.
package struct ExpressionError: Error, Hashable {
    /// A sentence without a full stop, such as `missing closing )`.
    package let message: String
    /// The offset of the offending part in the source, in Unicode scalars; 0 when it is the whole.
    package let scalarOffset: Int

    package init(message: String, scalarOffset: Int = 0) {
        self.message = message
        self.scalarOffset = scalarOffset
    }
}

extension ExpressionError {
    init(_ fault: cre2_fault, source: String) {
        var fault = fault
        let message = Self.text(&fault.message)
        let fragment = Self.text(&fault.fragment)
        let scalars = Array(source.unicodeScalars)
        let offset =
            if fragment == source {
                Self.unbalancedParenthesis(scalars) ?? 0
            } else {
                Self.offset(of: Array(fragment.unicodeScalars), in: scalars)
            }
        self.init(message: Self.reworded(message), scalarOffset: offset)
    }

    /// RE2 names Perl's operators; people write look-around and back references, and should read so.
    private static func reworded(_ message: String) -> String {
        guard let colon = message.firstIndex(of: ":") else { return message }
        let fragment = message[message.index(after: colon)...].drop { $0 == " " }
        switch message[..<colon] {
        case "invalid perl operator" where ["(?=", "(?!", "(?<"].contains(fragment):
            return "look-around '\(fragment)' is not linear-time and not supported"
        case "invalid escape sequence" where fragment.dropFirst().allSatisfy(\.isNumber):
            return "back reference '\(fragment)' is not linear-time and not supported"
        default:
            return "\(message[..<colon]): '\(fragment)'"
        }
    }

    private static func text<Buffer>(_ buffer: inout Buffer) -> String {
        withUnsafeBytes(of: &buffer) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func offset(of part: [Unicode.Scalar], in whole: [Unicode.Scalar]) -> Int {
        guard !part.isEmpty, part.count <= whole.count else { return 0 }
        return (0...whole.count - part.count).first {
            whole[$0..<$0 + part.count].elementsEqual(part)
        } ?? 0
    }

    /// The first `)` that closes nothing, else the last `(` that nothing closes.
    private static func unbalancedParenthesis(_ scalars: [Unicode.Scalar]) -> Int? {
        var open: [Int] = []
        var inClass = false
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "\\": index += 1
            case "[": inClass = true
            case "]": inClass = false
            case "(" where !inClass: open.append(index)
            case ")" where !inClass:
                if open.popLast() == nil { return index }
            default: break
            }
            index += 1
        }
        return open.last
    }
}
