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

    /// An expression of a database, and what Hyperscan reports it as.
    struct Entry {
        let source: String
        let id: UInt32
        /// Hyperscan's flags.
        var flags: UInt32
    }
}

extension CandidateDatabase {
    /// Compiles the entries together; nil when one of them, or all of them, is too much.
    convenience init?(_ entries: [Entry]) {
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
        self.init(database)
    }

    /// Reads a database that was written by `serialized()`; nil when it was damaged, or written by
    /// another version of Hyperscan or for another processor.
    convenience init?(serialized bytes: ArraySlice<UInt8>) {
        var database: OpaquePointer?
        let result = bytes.withUnsafeBytes {
            hs_deserialize_database(
                $0.baseAddress?.assumingMemoryBound(to: CChar.self),
                $0.count,
                &database
            )
        }
        guard result == HS_SUCCESS, let database else { return nil }
        self.init(database)
    }

    /// The database as bytes, or nil when there is no memory for them.
    func serialized() -> [UInt8]? {
        var bytes: UnsafeMutablePointer<CChar>?
        var count = 0
        guard hs_serialize_database(handle, &bytes, &count) == HS_SUCCESS, let bytes else {
            return nil
        }
        defer { free(bytes) }
        return Array(UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
