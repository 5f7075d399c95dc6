import CRE2

/// A regular expression in RE2's syntax: linear time, no look-around, no back references.
///
/// Safe to use from several threads at once.
final class Pattern: @unchecked Sendable {
    private let handle: OpaquePointer

    init(_ source: String) throws(Fault) {
        var source = source
        var fault = cre2_fault()
        let handle = source.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                cre2_compile($0.baseAddress, $0.count, false, Self.memoryMax, &fault)
            }
        }
        guard let handle else {
            let sentence = withUnsafeBytes(of: &fault.message) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw .invalid("the regular expression is not one that RE2 takes: \(sentence)")
        }
        self.handle = handle
    }

    deinit {
        cre2_free(handle)
    }

    /// Whether any part of the text matches.
    func matches(_ text: String) -> Bool {
        text.withBytes { bytes in
            var start = 0
            var end = 0
            let text = bytes.assumingMemoryBound(to: CChar.self)
            return cre2_find(handle, text.baseAddress, text.count, 0, &start, &end)
        }
    }

    /// Bytes for a program and its automata: ten times what the largest useful pattern needs.
    private static let memoryMax: Int64 = 2 << 20
}
