import CHyperscan

/// A compiled database as it is kept: what it was compiled from, then what came of it.
///
/// What it was compiled from stands in it whole, so that no two sets of patterns are confused.
struct KeptDatabase {
    /// What the database is compiled from: version, patterns.
    private let origin: [UInt8]

    init(of patterns: [(index: UInt32, pattern: Pattern)]) {
        var origin = Self.format + Array(String(cString: hs_version()).utf8)
        for (index, pattern) in patterns {
            Self.append(index, to: &origin)
            origin.append(pattern.doubts.rawValue)
            origin.append((pattern.caseless ? 1 : 0) | (pattern.isASCII ? 2 : 0))
            Self.append(UInt32(pattern.source.utf8.count), to: &origin)
            origin += pattern.source.utf8
        }
        self.origin = origin
    }

    /// The digest of what it is compiled from, in hex.
    var name: String {
        let hex = String(Self.digest(origin[...]), radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }

    /// What is kept: origin, patterns left, database, and the digest of them all. Nil when there is
    /// no memory for it.
    func bytes(_ compiled: CandidateCompiler.Compiled) -> [UInt8]? {
        var database: [UInt8] = []
        if let compiled = compiled.database {
            guard let bytes = compiled.serialized() else { return nil }
            database = bytes
        }
        var bytes = origin
        Self.append(UInt32(compiled.left.count), to: &bytes)
        for index in compiled.left.sorted() { Self.append(UInt32(index), to: &bytes) }
        bytes += database
        withUnsafeBytes(of: Self.digest(bytes[...]).littleEndian) { bytes += $0 }
        return bytes
    }

    /// What was kept, or nil when it isn't what these patterns come to.
    func read(_ bytes: [UInt8]) -> CandidateCompiler.Compiled? {
        guard bytes.count >= origin.count + 8, bytes.starts(with: origin) else { return nil }
        let whole = bytes.dropLast(8)
        let digest = bytes.suffix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard Self.digest(whole) == digest else { return nil }
        var rest = whole.dropFirst(origin.count)
        guard let count = Self.next(&rest) else { return nil }
        var left: Set<Int> = []
        for _ in 0..<count {
            guard let index = Self.next(&rest) else { return nil }
            left.insert(Int(index))
        }
        if rest.isEmpty { return (nil, left) }
        guard let database = CandidateDatabase(serialized: rest) else { return nil }
        return (database, left)
    }

    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    /// The number that the bytes begin with, which it is taken from; nil when they are too few.
    private static func next(_ bytes: inout ArraySlice<UInt8>) -> UInt32? {
        guard bytes.count >= 4 else { return nil }
        let number = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
        bytes = bytes.dropFirst(4)
        return number
    }

    /// 64-bit FNV-1a.
    private static func digest(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBufferPointer { bytes in
            bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }

    private static let format = Array("candidates 1\n".utf8)
}
