/// 16 random bytes that keep a commitment from being guessed once the content is erased.
package struct Salt: Hashable, Sendable {
    /// Bytes 0 to 7, most significant first.
    package var high: UInt64
    /// Bytes 8 to 15, most significant first.
    package var low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Takes 16 bytes; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard let halves = UUID16(bytes: bytes) else { return nil }
        self.init(high: halves.high, low: halves.low)
    }

    /// A fresh salt; outside tests the generator is the system's.
    package static func random(using generator: inout some RandomNumberGenerator) -> Salt {
        Salt(high: generator.next(), low: generator.next())
    }
}

/// One part of an event's content: erasable, committed to by the event's `content_hash`.
package struct ContentPart: Hashable, Sendable {
    package var kind: Part
    package var salt: Salt
    /// The content itself, at most `Row.bodyBytesMax` bytes; any bytes are allowed.
    package var body: [UInt8]

    package init(kind: Part, salt: Salt, body: [UInt8]) {
        self.kind = kind
        self.salt = salt
        self.body = body
    }

    /// The first reason why this part can't be a row, nil when it can.
    package func validate() -> RowError? {
        body.count <= Row.bodyBytesMax
            ? nil : .tooLong(column: "body", count: body.count, limit: Row.bodyBytesMax)
    }
}

/// One row of `audit.content`: six columns, of which the first three are its event's.
package struct ContentRow: Hashable, Sendable {
    /// How many columns it has.
    package static let columns: Int16 = 6

    package var log: Int32
    package var seq: Int64
    /// Microseconds since 2000-01-01 UTC, as the event's.
    package var at: Int64
    package var part: ContentPart

    package init(log: Int32, seq: Int64 = 0, at: Int64 = 0, part: ContentPart) {
        self.log = log
        self.seq = seq
        self.at = at
        self.part = part
    }

    /// Appends the tuple to `buffer`; `log`, `seq` and `at` have an event's offsets.
    package func encode(into buffer: inout [UInt8]) {
        part.body.withUnsafeBytes { body in
            ContentRow.encode(
                log: log,
                seq: seq,
                at: at,
                kind: part.kind,
                salt: part.salt,
                body: body,
                into: &buffer
            )
        }
    }

    /// The same from a body that is nobody's array yet.
    package static func encode(
        log: Int32,
        seq: Int64,
        at: Int64,
        kind: Part,
        salt: Salt,
        body: UnsafeRawBufferPointer,
        into buffer: inout [UInt8]
    ) {
        let size = 2 + 6 * 4 + 4 + 8 + 8 + 2 + 16 + body.count
        RowWriter.append(size: size, columns: columns, to: &buffer) { row in
            row.integer(log)
            row.integer(seq)
            row.integer(at)
            row.integer(kind.rawValue)
            row.salt(salt)
            row.bytes(body)
        }
    }

    /// Reads a tuple; what it accepts encodes to the same bytes again.
    package init(decoding tuple: UnsafeRawBufferPointer) throws(RowError) {
        var row = try RowReader(tuple, columns: ContentRow.columns)
        log = try row.integer("log")
        seq = try row.integer("seq")
        at = try row.integer("at")
        let kind: Part = try row.code("part")
        let saltBytes = try row.bytes("salt", width: 16)
        guard let salt = Salt(bytes: saltBytes) else {
            throw .width(column: "salt", bytes: saltBytes.count)
        }
        part = ContentPart(kind: kind, salt: salt, body: try row.bytes("body"))
        try row.finish()
    }
}
