import AuditLog
import HubCore

/// Reads a channel's numbers with what became of each message, in one statement, so that rows and
/// watermark agree.
struct PastQuery {
    private let connection: Postgres
    private let log: Int32

    init(_ connection: Postgres, log: Int32) {
        self.connection = connection
        self.log = log
    }

    /// Reads narrow windows of time first: what is asked for is nearly always new, and the planner's
    /// work alone, let alone a look into each day's partition, grows with the days.
    ///
    /// - Parameter now: microseconds since 2000-01-01 UTC; where the clock is wrong it only takes longer.
    func answer(_ question: PastQuestion, now: Int64) throws -> PastAnswer {
        for days in Self.windows {
            let answer = try read(question, since: now - days * 86_400_000_000)
            if isWhole(answer, question.what) { return answer }
        }
        return try read(question, since: Self.beginning)
    }

    /// Days back that hold what most ask for, and nearly all else.
    private static let windows: [Int64] = [2, 30]
    /// `-infinity`.
    private static let beginning = Int64.min

    /// Whether what is older than an answer's window would change nothing.
    private func isWhole(_ answer: PastAnswer, _ what: PastQuestion.What) -> Bool {
        switch what {
        case .page: return answer.hasMore
        case .message: return !answer.rows.isEmpty
        case .replay(let from, _):
            let start = from.seq == 0 ? Place(epoch: from.epoch, seq: 1) : from
            return answer.rows.first?.place == start && !answer.rows.contains(where: hasNoOrigin)
        }
    }

    /// Whether the message that an edit or a deletion is about was not found.
    private func hasNoOrigin(_ row: PastRow) -> Bool {
        switch row.what {
        case .message: false
        case .edit(let of), .removal(let of, _): of.epoch == 0 && row.place != of
        }
    }

    private func read(_ question: PastQuestion, since: Int64) throws -> PastAnswer {
        switch question.what {
        case .page(let before, let limit):
            let place = before ?? Place(epoch: .max, seq: .max)
            var answer = try read(
                question.channel,
                since,
                """
                e.kind = 30 and (e.channel_epoch, e.channel_seq) < ($3, $4)
                and n.kind is distinct from 32 and b.body is not null
                """,
                "desc",
                place,
                limit: limit
            )
            answer.rows.reverse()
            return answer
        case .replay(let from, let limit):
            return try read(
                question.channel,
                since,
                "(e.channel_epoch, e.channel_seq) >= ($3, $4)",
                "asc",
                from,
                limit: limit
            )
        case .message(let place):
            return try read(
                question.channel,
                since,
                "e.kind = 30 and e.channel_epoch = $3 and e.channel_seq = $4",
                "asc",
                place,
                limit: 1
            )
        }
    }

    private func read(
        _ channel: String,
        _ since: Int64,
        _ condition: String,
        _ order: String,
        _ place: Place,
        limit: Int
    ) throws -> PastAnswer {
        let found = try connection.query(
            Self.statement(condition, order),
            [
                .int4(log), .text(channel), .int4(place.epoch), .int8(place.seq),
                .int8(Int64(limit) + 1), .timestamp(since),
            ]
        )
        var rows = (0..<found.rowCount).compactMap { row(found, $0) }
        let hasMore = rows.count > limit
        if hasMore { rows.removeLast() }
        return PastAnswer(
            rows: rows,
            watermark: found.rowCount == 0 ? 0 : found.int8(0, 0),
            hasMore: hasMore
        )
    }

    /// - Returns: nil for the row that stands for none, and only brings the watermark.
    private func row(_ rows: PostgresResult, _ row: Int) -> PastRow? {
        guard !rows.isNull(row, 1), let kind = EventKind(rawValue: rows.int2(row, 5)) else {
            return nil
        }
        let place = Place(epoch: rows.int4(row, 1), seq: rows.int8(row, 2))
        let origin =
            kind == .message
            ? place
            : rows.isNull(row, 9)
                ? Place(epoch: 0, seq: 0)
                : Place(epoch: rows.int4(row, 9), seq: rows.int8(row, 10))
        var what: ChannelEntry.What = kind == .message ? .message : .edit(of: origin)
        var edited: Place?
        var removedAt: Int64?
        if !rows.isNull(row, 12) {
            if rows.int2(row, 12) == EventKind.delete.rawValue {
                let by = rows.isNull(row, 16) ? nil : Remover(rawValue: rows.text(row, 16))
                what = .removal(of: origin, by: by ?? .moderator)
                removedAt = rows.timestamp(row, 15)
            } else {
                edited = Place(epoch: rows.int4(row, 13), seq: rows.int8(row, 14))
            }
        }
        return PastRow(
            place: place,
            seq: rows.int8(row, 3),
            at: rows.timestamp(row, 4),
            what: what,
            author: rows.isNull(row, 7) ? UUID16(high: 0, low: 0) : rows.uuid(row, 7),
            name: rows.isNull(row, 8) ? nil : rows.text(row, 8),
            message: rows.uuid(row, 6),
            kind: rows.isNull(row, 11) ? "message" : rows.text(row, 11),
            body: rows.isNull(row, 17) ? nil : rows.bytes(row, 17),
            edited: edited,
            removedAt: removedAt
        )
    }

    /// `e` is what has the number, `o` the message that it is about when that is another one, `n` the
    /// newest that changed the message, `b` its words by now. A deletion comes last: the hub lets nothing
    /// change what is deleted. Each of them is looked for from `$6` on.
    private static func statement(_ condition: String, _ order: String) -> String {
        """
        select w.watermark, x.*
        from audit.log w left join (
            select e.channel_epoch, e.channel_seq, e.seq, e.at, e.kind, e.message,
                case when e.kind = 30 then e.subject else o.subject end, s.name,
                o.channel_epoch as of_epoch, o.channel_seq as of_seq,
                case when e.kind = 30 then e.detail else o.detail end ->> 'kind',
                n.kind, n.channel_epoch as by_epoch, n.channel_seq as by_seq,
                n.at as changed_at, n.detail ->> 'by', b.body
            from audit.event e
            left join lateral (
                select y.subject, y.channel_epoch, y.channel_seq, y.detail
                from audit.event y
                where y.log = e.log and y.seq = e.refers_seq and y.retention = 1
                    and y.at <= e.at and y.at >= $6
                limit 1
            ) o on e.kind <> 30
            left join lateral (
                select c.kind, c.seq, c.at, c.channel_epoch, c.channel_seq, c.detail
                from audit.event c
                where c.refers_log = e.log and c.refers_seq = coalesce(e.refers_seq, e.seq)
                    and c.retention = 1 and c.at >= e.at and c.at >= $6 and c.kind in (31, 32)
                    and c.channel_seq is not null
                order by c.seq desc limit 1
            ) n on true
            left join audit.content b on b.log = e.log and b.seq = coalesce(n.seq, e.seq)
                and b.at = coalesce(n.at, e.at) and b.at >= $6 and b.part = 2
            left join audit.subject s
                on s.pseudonym = case when e.kind = 30 then e.subject else o.subject end
            where e.log = $1 and e.retention = 1 and e.channel = $2 and e.channel_seq is not null
                and e.at >= $6 and \(condition)
            order by e.channel_epoch \(order), e.channel_seq \(order) limit $5
        ) x on true
        where w.log = $1
        order by x.channel_epoch \(order), x.channel_seq \(order)
        """
    }
}
