import CHyperscan
import Glibc

/// Compiles patterns into a database of candidates, or takes it from where it was kept.
struct CandidateCompiler {
    private let patterns: [Pattern]

    /// A database, and the indices of the patterns that Hyperscan doesn't take.
    typealias Compiled = (database: CandidateDatabase?, left: Set<Int>)

    init(_ patterns: [Pattern]) {
        self.patterns = patterns
    }

    /// Compiles what Hyperscan takes of those patterns that belong here, each under its index.
    func compile(store: (any DatabaseStore)?, where belongs: (Pattern) -> Bool) -> Compiled {
        let chosen = patterns.indices.filter { belongs(patterns[$0]) }
        if chosen.isEmpty { return (nil, []) }
        guard let store else { return compile(chosen) }
        let kept = KeptDatabase(of: chosen.map { (UInt32($0), patterns[$0]) })
        if let known = store.database(named: kept.name), let compiled = kept.read(known) {
            return compiled
        }
        let compiled = compile(chosen)
        if let bytes = kept.bytes(compiled) { store.keep(bytes, named: kept.name) }
        return compiled
    }

    /// An expression that is refused is tried as a prefilter, which may report more than it should,
    /// never less; one that is refused then too is left.
    private func compile(_ chosen: [Int]) -> Compiled {
        var entries: [CandidateDatabase.Entry] = []
        var left: Set<Int> = []
        for index in chosen {
            if let entry = Self.entry(patterns[index], index) {
                entries.append(entry)
            } else {
                left.insert(index)
            }
        }
        if entries.isEmpty { return (nil, left) }
        if let database = CandidateDatabase(entries) { return (database, left) }
        // Some can be parsed and not compiled. Trying all together again after each would take
        // as many times as long; each by itself takes twice.
        entries = entries.compactMap { entry in
            var entry = entry
            while CandidateDatabase([entry]) == nil {
                guard Self.demote(&entry) else {
                    left.insert(Int(entry.id))
                    return nil
                }
            }
            return entry
        }
        if entries.isEmpty { return (nil, left) }
        if let database = CandidateDatabase(entries) { return (database, left) }
        left.formUnion(entries.map { Int($0.id) })
        return (nil, left)
    }

    /// Nil when Hyperscan can't take the pattern even as a prefilter.
    private static func entry(_ pattern: Pattern, _ index: Int) -> CandidateDatabase.Entry? {
        if pattern.doubts.contains(.everything) { return nil }
        var flags = UInt32(HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY)
        if !pattern.isASCII { flags |= UInt32(HS_FLAG_UTF8) }
        if pattern.caseless { flags |= UInt32(HS_FLAG_CASELESS) }
        var entry = CandidateDatabase.Entry(source: pattern.source, id: UInt32(index), flags: flags)
        while !isParsed(entry) {
            guard demote(&entry) else { return nil }
        }
        return entry
    }

    /// Makes an entry a prefilter; false when it is one already.
    private static func demote(_ entry: inout CandidateDatabase.Entry) -> Bool {
        guard entry.flags & UInt32(HS_FLAG_PREFILTER) == 0 else { return false }
        entry.flags |= UInt32(HS_FLAG_PREFILTER)
        return true
    }

    /// Whether Hyperscan understands the expression; compiling it may still fail.
    private static func isParsed(_ entry: CandidateDatabase.Entry) -> Bool {
        var info: UnsafeMutablePointer<hs_expr_info_t>?
        var fault: UnsafeMutablePointer<hs_compile_error_t>?
        defer {
            free(info)
            hs_free_compile_error(fault)
        }
        return hs_expression_info(entry.source, entry.flags, &info, &fault) == HS_SUCCESS
    }
}
