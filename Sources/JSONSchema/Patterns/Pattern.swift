import CRE2

/// A regular expression on RE2: linear time, safe to use from several threads at once.
struct Pattern: BitwiseCopyable {
    private let handle: OpaquePointer

    /// Compiles a pattern of ECMA-262.
    init(ecma source: String) throws(PatternMistake) {
        try self.init(re2: PatternTranslation.re2(source))
    }

    /// Compiles an expression in RE2's own syntax.
    init(re2 expression: String) throws(PatternMistake) {
        var expression = expression
        var fault = cre2_fault()
        let handle = expression.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cre2_compile($0.baseAddress, $0.count, false, Self.memoryMax, &fault)
            }
        }
        guard let handle else { throw PatternMistake(fault) }
        self.handle = handle
    }

    func free() { cre2_free(handle) }

    /// Whether any part of the text matches.
    func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        var start = 0
        var end = 0
        let bytes = text.assumingMemoryBound(to: CChar.self)
        return cre2_find(handle, bytes.baseAddress, bytes.count, 0, &start, &end)
    }

    /// Bytes for a program and its automata: ten times what the largest useful pattern needs.
    private static let memoryMax: Int64 = 2 << 20
}

/// Why a pattern is refused, and where.
struct PatternMistake: Error {
    /// A sentence without a full stop.
    let message: String
    /// In Unicode scalars of the pattern.
    let scalarOffset: Int
}

extension PatternMistake {
    init(_ fault: cre2_fault) {
        var fault = fault
        let message = withUnsafeBytes(of: &fault.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(message: "the pattern can't be used: \(message)", scalarOffset: 0)
    }
}
