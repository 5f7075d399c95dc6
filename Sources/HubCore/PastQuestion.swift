package import AuditLog

/// What a shard asks the record of a channel's messages: in the hub's own log, what members may read.
package struct PastQuestion: Sendable, Equatable {
    package enum What: Sendable, Equatable {
        /// The newest messages before a place that are still there; nil for the newest of all.
        case page(before: Place?, limit: Int)
        /// The number at a place and all behind it, in order, removals and all.
        case replay(from: Place, limit: Int)
        /// What has the number at a place.
        case message(at: Place)
    }

    package let channel: String
    package let what: What

    package init(channel: String, _ what: What) {
        self.channel = channel
        self.what = what
    }
}

/// Numbers of a channel's order as the record has them.
package struct PastAnswer: Sendable {
    /// In the channel's order.
    package var rows: [PastRow]
    /// The newest event that the record had when it answered.
    package var watermark: Int64
    /// Whether there are more than were asked for: older ones of a page, newer ones of a replay.
    package var hasMore: Bool

    package init(rows: [PastRow], watermark: Int64, hasMore: Bool) {
        self.rows = rows
        self.watermark = watermark
        self.hasMore = hasMore
    }
}

/// Why the record didn't answer.
package enum PastRefused: Error, Sendable {
    /// Too many ask, or it took too long.
    case busy
    /// PostgreSQL can't be asked now.
    case away
}

/// One number of a channel's order, with what became of its message.
package struct PastRow: Sendable {
    package var place: Place
    package var seq: Int64
    /// Microseconds since 2000-01-01 UTC.
    package var at: Int64
    package var what: ChannelEntry.What
    package var author: UUID16
    /// The author's name; nil when it is no longer known.
    package var name: String?
    package var message: UUID16
    /// The kind of the message.
    package var kind: String
    /// The newest words, JSON text; nil when they are gone.
    package var body: [UInt8]?
    /// The newest edit of a message.
    package var edited: Place?
    /// When a removal took place, as `at`.
    package var removedAt: Int64?

    package init(
        place: Place,
        seq: Int64,
        at: Int64,
        what: ChannelEntry.What,
        author: UUID16,
        name: String?,
        message: UUID16,
        kind: String,
        body: [UInt8]?,
        edited: Place?,
        removedAt: Int64?
    ) {
        self.place = place
        self.seq = seq
        self.at = at
        self.what = what
        self.author = author
        self.name = name
        self.message = message
        self.kind = kind
        self.body = body
        self.edited = edited
        self.removedAt = removedAt
    }
}

extension ChannelEntry {
    /// As members get what the record has.
    init(_ row: PastRow, in channel: String) {
        self.init(
            place: row.place,
            seq: row.seq,
            at: row.at,
            author: row.author,
            message: row.message,
            kind: row.kind,
            what: row.what,
            text: []
        )
        guard let body = row.body, !isRemoval else {
            var remover = Remover.erasure
            if case .removal(_, let by) = row.what { remover = by }
            self = removed(by: remover, at: row.removedAt ?? row.at, in: channel)
            return
        }
        var sender: [UInt8] = []
        sender.json(sender: row.author, name: row.name ?? "")
        if case .edit(let origin) = row.what {
            ChannelText.beginEdit(
                &text,
                channel: channel,
                epoch: row.place.epoch,
                of: origin,
                message: row.message,
                sender: sender
            )
        } else {
            ChannelText.beginMessage(
                &text,
                channel: channel,
                kind: row.kind,
                epoch: row.place.epoch,
                message: row.message,
                sender: sender
            )
        }
        headCount = text.count - ChannelText.bodyKey.utf8CodeUnitCount
        self = saying(body[...], edited: what == .message ? row.edited : nil)
    }
}
