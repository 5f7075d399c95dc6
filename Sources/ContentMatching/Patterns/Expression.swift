import CRE2

/// A regular expression in RE2's syntax: linear time, no look-around, no back references.
///
/// Safe to use from several threads at once.
package final class Expression: @unchecked Sendable {
    private let handle: OpaquePointer

    /// Compiles `source`; refuses what RE2 refuses, saying where.
    package init(_ source: String, caseless: Bool) throws(ExpressionError) {
        var source = source
        var fault = cre2_fault()
        let handle = source.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cre2_compile($0.baseAddress, $0.count, caseless, Self.memoryMax, &fault)
            }
        }
        guard let handle else { throw ExpressionError(fault, source: source) }
        self.handle = handle
    }

    deinit {
        cre2_free(handle)
    }

    /// The leftmost match that starts at `from` or later, or nil; it may be empty.
    ///
    /// What stands before `from` is context for `\b` and `^`, not searched.
    package func firstMatch(in text: UnsafeRawBufferPointer, from: Int) -> Span? {
        var start = 0
        var end = 0
        let bytes = text.assumingMemoryBound(to: CChar.self)
        guard cre2_find(handle, bytes.baseAddress, bytes.count, from, &start, &end)
        else { return nil }
        return Span(start: start, end: end)
    }

    /// Bytes for one expression's program and automata: ten times what the largest useful pattern
    /// needs, and small enough for thousands of them. RE2 falls back to a slower linear search
    /// when its automaton outgrows this.
    private static let memoryMax: Int64 = 2 << 20
}
