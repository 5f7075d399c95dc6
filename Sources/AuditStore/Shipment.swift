import AuditLog

/// Records gathered for one transaction: whole batches of the journal.
struct Shipment {
    /// Tuples one after the other, as COPY takes them.
    struct Run {
        private(set) var bytes: [UInt8] = []
        private var starts: [Int] = []
        private var seqs: [Int64] = []

        var count: Int { starts.count }
        var all: Range<Int> { 0..<count }

        mutating func append(_ tuple: UnsafeRawBufferPointer, seq: Int64) {
            starts.append(bytes.count)
            seqs.append(seq)
            bytes.append(contentsOf: tuple)
        }

        mutating func removeAll() {
            bytes.removeAll(keepingCapacity: true)
            starts.removeAll(keepingCapacity: true)
            seqs.removeAll(keepingCapacity: true)
        }

        /// Where the bytes of these tuples are.
        func stretch(_ tuples: Range<Int>) -> Range<Int> {
            let end = tuples.upperBound < starts.count ? starts[tuples.upperBound] : bytes.count
            return (tuples.isEmpty ? end : starts[tuples.lowerBound])..<end
        }

        /// The event that a tuple belongs to.
        func seq(_ tuple: Int) -> Int64 { seqs[tuple] }

        /// The first tuple from `start` on that belongs to an event behind `seq`; `count` for none.
        func firstTuple(after seq: Int64, from start: Int) -> Int {
            seqs[start...].firstIndex { $0 > seq } ?? count
        }
    }

    /// A record that can't be sent because its bytes are not a tuple of its kind.
    struct Misshapen {
        var record: JournalRecordType
        var seq: Int64
        var tuple: [UInt8]
    }

    private(set) var events = Run()
    private(set) var contents = Run()
    private(set) var subjects = Run()
    private(set) var policies = Run()
    private(set) var checkpoints = Run()
    /// The leaf hashes of all events from the watermark on, 32 bytes each.
    private(set) var leaves: [UInt8] = []
    /// Events that PostgreSQL carries out once they are there.
    private(set) var carriedOut: [(seq: Int64, at: Int64)] = []
    private(set) var misshapen: [Misshapen] = []
    /// First and last `seq` of each day, days since 2000-01-01 UTC.
    private(set) var days: [Int32: ClosedRange<Int64>] = [:]
    /// The newest `seq` in it, or the watermark before anything was taken.
    private(set) var lastSeq: Int64 = 0
    /// Times of its events; the oldest comes first, since they never go back.
    private(set) var times: [Int64] = []
    /// Time of its oldest event; nil when it is empty.
    var firstAt: Int64? { times.first }
    /// Set when an event came whose `seq` does not follow.
    private(set) var gap: (expected: Int64, found: Int64)?
    private var misshapenBytes = 0
    /// What is in the database already.
    private var watermark: Int64 = 0

    var rowCount: Int {
        events.count + contents.count + subjects.count + policies.count
            + checkpoints.count
    }
    var byteCount: Int {
        events.bytes.count + contents.bytes.count + subjects.bytes.count + policies.bytes.count
            + checkpoints.bytes.count + misshapenBytes
    }
    var isEmpty: Bool { rowCount == 0 && misshapen.isEmpty }

    /// Forgets everything; the next event to come is the one after `seq`.
    mutating func reset(after seq: Int64) {
        events.removeAll()
        contents.removeAll()
        subjects.removeAll()
        policies.removeAll()
        checkpoints.removeAll()
        leaves.removeAll(keepingCapacity: true)
        carriedOut.removeAll()
        misshapen.removeAll()
        misshapenBytes = 0
        days.removeAll()
        times.removeAll(keepingCapacity: true)
        gap = nil
        lastSeq = seq
        watermark = seq
    }

    /// Takes a record; what the database has already is passed over.
    mutating func append(_ record: JournalRecordType, _ tuple: UnsafeRawBufferPointer) {
        guard let columns = record.columns else { return }
        var seq = lastSeq
        switch record {
        case .event:
            seq = Row.seq(of: tuple) ?? lastSeq + 1
            if seq <= watermark { return }
            guard seq == lastSeq + 1 else {
                gap = gap ?? (expected: lastSeq + 1, found: seq)
                return
            }
            lastSeq = seq
            TreeHash(leafOf: tuple).withUnsafeBytes { leaves.append(contentsOf: $0) }
        case .content:
            seq = Row.seq(of: tuple) ?? lastSeq
            if seq <= watermark { return }
        case .subject, .policy, .checkpoint, .commit: break
        }
        guard Self.isTuple(tuple, columns: columns) else {
            misshapen.append(Misshapen(record: record, seq: seq, tuple: Array(tuple)))
            misshapenBytes += tuple.count
            return
        }
        switch record {
        case .event:
            let at = Int64(
                bigEndian: tuple.loadUnaligned(fromByteOffset: Row.atOffset, as: Int64.self)
            )
            note(at: at)
            if Row.kind(of: tuple)?.isCarriedOut == true { carriedOut.append((seq, at)) }
            events.append(tuple, seq: seq)
        case .content: contents.append(tuple, seq: seq)
        case .subject: subjects.append(tuple, seq: seq)
        case .policy: policies.append(tuple, seq: seq)
        case .checkpoint: checkpoints.append(tuple, seq: seq)
        case .commit: break
        }
    }

    private mutating func note(at: Int64) {
        times.append(at)
        // Beyond it PostgreSQL refuses the event itself.
        guard Row.atRange.contains(at) else { return }
        let day = Self.day(of: at)
        days[day] = (days[day]?.lowerBound ?? lastSeq)...lastSeq
    }

    /// The day (UTC, since 2000-01-01) of a time in microseconds.
    static func day(of at: Int64) -> Int32 {
        let quotient = at / microsecondsPerDay
        let isBefore = at % microsecondsPerDay < 0
        return Int32(clamping: isBefore ? quotient - 1 : quotient)
    }

    /// Whether the bytes have exactly this many fields; an ill-fitting one would swallow the tuples
    /// behind it.
    static func isTuple(_ bytes: UnsafeRawBufferPointer, columns: Int16) -> Bool {
        guard bytes.count >= 2,
            Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)) == columns
        else { return false }
        var offset = 2
        for _ in 0..<columns {
            guard bytes.count - offset >= 4 else { return false }
            let length = Int(
                Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            )
            offset += 4
            guard length >= -1, bytes.count - offset >= max(0, length) else { return false }
            offset += max(0, length)
        }
        return offset == bytes.count
    }

    /// The fields of a tuple that `isTuple` holds for; NULL as `.null`.
    static func fields(of bytes: UnsafeRawBufferPointer) -> [PostgresValue] {
        var fields: [PostgresValue] = []
        var offset = 2
        while offset < bytes.count {
            let length = Int(
                Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            )
            offset += 4
            fields.append(length < 0 ? .null : .raw(Array(bytes[offset..<offset + length])))
            offset += max(0, length)
        }
        return fields
    }

    static let microsecondsPerDay: Int64 = 86_400_000_000
}
