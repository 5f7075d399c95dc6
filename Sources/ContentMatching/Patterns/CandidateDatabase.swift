import CHyperscan
import Glibc

/// A Hyperscan database over many patterns: tells which of them may match a text.
final class CandidateDatabase: @unchecked Sendable {
    /// Never written after it was compiled; scanning takes a scratch of the caller's own.
    let handle: OpaquePointer

    private init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        hs_free_database(handle)
    }

    /// Compiles what Hyperscan takes of those patterns that belong here, each under its index;
    /// `left` are the others of them.
    ///
    /// An expression that is refused is tried as a prefilter, which may report more than it should,
    /// never less; one that is refused then too is left.
    static func compile(
        _ patterns: [Pattern],
        where belongs: (Pattern) -> Bool
    ) -> (database: CandidateDatabase?, left: Set<Int>) {
        var entries: [Entry] = []
        var left: Set<Int> = []
        for (index, pattern) in patterns.enumerated() where belongs(pattern) {
            if let entry = Entry(pattern, index: index) {
                entries.append(entry)
            } else {
                left.insert(index)
            }
        }
        if entries.isEmpty { return (nil, left) }
        if let database = attempt(entries) { return (database, left) }
        // Some can be parsed and not compiled. Trying all together again after each would take
        // as many times as long; each by itself takes twice.
        entries = entries.compactMap { entry in
            var entry = entry
            while attempt([entry]) == nil {
                guard entry.demote() else {
                    left.insert(Int(entry.id))
                    return nil
                }
            }
            return entry
        }
        if entries.isEmpty { return (nil, left) }
        if let database = attempt(entries) { return (database, left) }
        left.formUnion(entries.map { Int($0.id) })
        return (nil, left)
    }

    /// Compiles the entries together, or nil when one of them, or all of them, is too much.
    private static func attempt(_ entries: [Entry]) -> CandidateDatabase? {
        var database: OpaquePointer?
        var fault: UnsafeMutablePointer<hs_compile_error_t>?
        defer { hs_free_compile_error(fault) }
        let sources = entries.map { UnsafePointer<CChar>(strdup($0.source)) }
        defer { for source in sources { free(UnsafeMutableRawPointer(mutating: source)) } }
        let result = hs_compile_multi(
            sources,
            entries.map(\.flags),
            entries.map(\.id),
            UInt32(entries.count),
            UInt32(HS_MODE_BLOCK),
            nil,
            &database,
            &fault
        )
        guard result == HS_SUCCESS, let database else { return nil }
        return CandidateDatabase(database)
    }
}

extension CandidateDatabase {
    /// One expression of the database.
    private struct Entry {
        let source: String
        let id: UInt32
        var flags: UInt32

        /// Nil when Hyperscan can't take it even as a prefilter.
        init?(_ pattern: Pattern, index: Int) {
            source = pattern.source
            id = UInt32(index)
            flags = UInt32(HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY)
            if !pattern.isASCII { flags |= UInt32(HS_FLAG_UTF8) }
            if pattern.caseless { flags |= UInt32(HS_FLAG_CASELESS) }
            if pattern.doubts.contains(.everything) { return nil }
            while !isParsed {
                guard demote() else { return nil }
            }
        }

        /// Makes it a prefilter; false when it is one already.
        mutating func demote() -> Bool {
            guard flags & UInt32(HS_FLAG_PREFILTER) == 0 else { return false }
            flags |= UInt32(HS_FLAG_PREFILTER)
            return true
        }

        /// Whether Hyperscan understands the expression; compiling it may still fail.
        private var isParsed: Bool {
            var info: UnsafeMutablePointer<hs_expr_info_t>?
            var fault: UnsafeMutablePointer<hs_compile_error_t>?
            defer {
                free(info)
                hs_free_compile_error(fault)
            }
            return hs_expression_info(source, flags, &info, &fault) == HS_SUCCESS
        }
    }
}
