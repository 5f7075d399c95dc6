import Outcomes

extension Event {
    /// Appends the tuple to `buffer`; nothing else is allocated.
    ///
    /// Encoding is total: it writes whatever the event holds. What PostgreSQL would refuse must not
    /// reach it, see `validate()`.
    /// - Returns: the offset of `channel_seq`'s 8 bytes from the tuple's start, nil when NULL.
    @discardableResult
    package func encode(into buffer: inout [UInt8]) -> Int? {
        RowWriter.append(size: encodedSize, columns: Event.columns, to: &buffer) { row in
            row.integer(log)
            row.integer(seq)
            row.integer(at)
            row.integer(Event.schemaVersion)
            row.integer(retention.rawValue)
            row.integer(kind.rawValue)
            row.integer(stage.rawValue)
            row.integer(disposition.rawValue)
            row.uuid(session)
            row.uuid(subject)
            row.text(channel)
            row.integer(channelEpoch)
            let channelSeqOffset = channelSeq == nil ? nil : row.offset + 4
            row.integer(channelSeq)
            row.uuid(message)
            row.integer(refersLog)
            row.integer(refersSeq)
            row.texts(rules)
            row.texts(shadowRules)
            row.integer(score)
            row.bytes(policy)
            row.integer(bytes)
            row.integer(judgedNs)
            row.bytes(contentHash)
            row.text(detail)
            return channelSeqOffset
        }
    }

    /// The tuple's bytes, exactly.
    package var encodedSize: Int {
        // The count, 24 lengths less the six below, the eight fixed columns that are never NULL,
        // and score, bytes, judged_ns.
        var size = 2 + 18 * 4 + (4 + 8 + 8 + 5 * 2) + 3 * 4
        if session != nil { size += 16 }
        if subject != nil { size += 16 }
        if channelEpoch != nil { size += 4 }
        if channelSeq != nil { size += 8 }
        if message != nil { size += 16 }
        if refersLog != nil { size += 4 }
        if refersSeq != nil { size += 8 }
        size += Row.size(text: channel) + Row.size(text: detail)
        size += Row.size(texts: rules) + Row.size(texts: shadowRules)
        return size + Row.size(bytes: policy) + Row.size(bytes: contentHash)
    }

    /// The first reason why this event can't be a row, nil when it can.
    ///
    /// `seq` and `channel_seq` may still be 0: the recorder gives them.
    package func validate() -> RowError? {
        if (refersLog == nil) != (refersSeq == nil) { return .null(column: "refers_log") }
        return validateNumbers()
            ?? channel.flatMap { Row.check($0, column: "channel") }
            ?? Row.check(names: rules, column: "rules")
            ?? Row.check(names: shadowRules, column: "shadow_rules")
            ?? Row.check(digest: policy, column: "policy")
            ?? Row.check(digest: contentHash, column: "content_hash")
            ?? Row.check(object: detail, column: "detail", limit: Row.detailBytesMax)
    }

    private func validateNumbers() -> RowError? {
        let any = 0..<Int64.max
        return Row.check(seq, column: "seq", in: any)
            ?? Row.check(at, column: "at", in: Row.atRange)
            ?? Row.check(Int64(bytes), column: "bytes", in: any)
            ?? Row.check(Int64(judgedNs), column: "judged_ns", in: any)
            ?? Row.check(channelSeq ?? 0, column: "channel_seq", in: any)
            ?? Row.check(refersSeq ?? 1, column: "refers_seq", in: 1..<Int64.max)
    }

    /// Reads a tuple of version 1; what it accepts encodes to the same bytes again.
    package init(decoding tuple: UnsafeRawBufferPointer) throws(RowError) {
        var row = try RowReader(tuple, columns: Event.columns)
        log = try row.integer("log")
        seq = try row.integer("seq")
        at = try row.integer("at")
        let schema: Int16 = try row.integer("schema")
        guard schema == Event.schemaVersion else {
            throw .value(column: "schema", number: Int64(schema))
        }
        retention = try row.code("retention")
        kind = try row.code("kind")
        stage = try row.code("stage")
        disposition = try row.code("disposition")
        session = try row.optionalUUID("session")
        subject = try row.optionalUUID("subject")
        channel = try row.optionalText("channel")
        channelEpoch = try row.optionalInteger("channel_epoch")
        channelSeq = try row.optionalInteger("channel_seq")
        message = try row.optionalUUID("message")
        refersLog = try row.optionalInteger("refers_log")
        refersSeq = try row.optionalInteger("refers_seq")
        rules = try row.texts("rules")
        shadowRules = try row.texts("shadow_rules")
        score = try row.integer("score")
        policy = try row.optionalBytes("policy", width: 32)
        bytes = try row.integer("bytes")
        judgedNs = try row.integer("judged_ns")
        contentHash = try row.optionalBytes("content_hash", width: 32)
        detail = try row.text("detail")
        try row.finish()
    }
}

extension Event {
    /// Reads `content_hash` of an event's tuple without the rest; nil when it is NULL, or when the
    /// bytes are no tuple.
    package static func contentHash(of tuple: UnsafeRawBufferPointer) -> [UInt8]? {
        value(ofColumn: 23, of: tuple).map { Array(tuple[$0]) }
    }

    /// Writes `refers_seq` in place, where it isn't NULL: it is known when the event that this one
    /// is about got its number.
    package static func stamp(refersSeq: Int64, into tuple: UnsafeMutableRawBufferPointer) {
        guard let place = value(ofColumn: 16, of: UnsafeRawBufferPointer(tuple)) else { return }
        tuple.storeBytes(of: refersSeq.bigEndian, toByteOffset: place.lowerBound, as: Int64.self)
    }

    /// Where a column's value stands, columns counted from 1; nil when it is NULL, or when the bytes
    /// are no tuple.
    private static func value(
        ofColumn wanted: Int,
        of tuple: UnsafeRawBufferPointer
    ) -> Range<Int>? {
        var offset = 2
        for column in 1...wanted {
            guard tuple.count - offset >= 4 else { return nil }
            let width = Int(
                Int32(bigEndian: tuple.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            )
            offset += 4
            guard width >= 0 else {
                if column == wanted { return nil }
                continue
            }
            guard tuple.count - offset >= width else { return nil }
            if column == wanted { return offset..<offset + width }
            offset += width
        }
        return nil
    }
}
