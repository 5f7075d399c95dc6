import AuditLog

/// A page of a channel's messages, in its order.
struct HistoryPage {
    var entries: [ChannelEntry]
    /// The place before which the next older page ends; nil when there is none.
    var next: Place?
    /// The newest event that it rests on.
    var through: Int64
}

/// What memory and record together say of a channel.
enum Joined<Found: Sendable>: Sendable {
    case found(Found)
    /// The record has to be asked.
    case notHeld
    /// The record lacks events that memory no longer holds: it will have them soon.
    case behind
    /// It can't be told whole any more.
    case lost
}

extension Joined {
    func map<Other: Sendable>(_ change: (Found) -> Other) -> Joined<Other> {
        switch self {
        case .found(let found): .found(change(found))
        case .notHeld: .notHeld
        case .behind: .behind
        case .lost: .lost
        }
    }
}

// What is asked of a channel: memory first, and where it doesn't reach, the record's answer and memory
// joined. What has changed since the record answered, memory knows; for what it no longer holds, the
// record must have come as far, else nothing is said.
extension RecentMessages.Memory {
    /// The newest messages before a place.
    ///
    /// - Parameter applied: the newest event that the asking shard has applied; what came later is on
    ///   its way to the reader.
    func page(
        before: Place?,
        limit: Int,
        applied: Int64,
        _ past: PastAnswer?
    ) -> Joined<HistoryPage> {
        var held: [ChannelEntry] = []
        for number in numbers(before: before).reversed() where held.count <= limit {
            guard channel.seq(of: number) <= applied, channel.isReadable(number) else { continue }
            held.append(channel.entry(number))
        }
        held.reverse()
        guard held.count < limit else {
            let shown = Array(held.suffix(limit))
            return .found(HistoryPage(entries: shown, next: shown[0].place, through: through))
        }
        guard let past else { return .notHeld }
        guard channel.forgottenThrough <= past.watermark else { return .behind }
        let older = past.rows.filter { !isHeld($0.place) && $0.seq <= applied }
            .map(current).filter { !$0.isRemoval }
        let shown = Array((older + held).suffix(limit))
        var next = past.hasMore ? past.rows.first?.place : nil
        if let first = shown.first?.place {
            if older.count + held.count > limit {
                next = first
            } else {
                next = next.map { min($0, first) }
            }
        }
        return .found(HistoryPage(entries: shown, next: next, through: through))
    }

    /// Everything behind a place up to an event, whole and in order.
    ///
    /// - Parameter limit: numbers at most; what has more is lost.
    func replay(
        after: Place,
        through last: Int64,
        limit: Int,
        _ past: PastAnswer?
    ) -> Joined<[ChannelEntry]> {
        var found: [ChannelEntry] = []
        // Compared before anything is reckoned with it: a client names any number.
        if after.epoch > epoch || after.epoch == epoch && after.seq >= channel.end { return .lost }
        var from = after.epoch == epoch ? after.seq + 1 : 1
        if after.epoch < epoch || from < channel.first {
            guard let past else { return .notHeld }
            guard channel.forgottenThrough <= past.watermark else { return .behind }
            guard let older = follow(past, after) else { return .lost }
            if past.hasMore { return .lost }
            found = older.filter { $0.seq <= last }.map(current)
            from = channel.first
        }
        let held = (from..<channel.end).prefix { channel.seq(of: $0) <= last }
        guard found.count + held.count <= limit else { return .lost }
        return .found(found + held.map(channel.entry))
    }

    /// The record's numbers behind a place that memory doesn't hold; nil when one is missing.
    private func follow(_ past: PastAnswer, _ after: Place) -> [PastRow]? {
        var previous = after
        var rows = past.rows[...]
        if after.seq > 0 {
            // Time drops the oldest first: while the place itself is there, all behind it is.
            guard rows.popFirst()?.place == after else { return nil }
        }
        var older: [PastRow] = []
        for row in rows {
            let expected =
                row.place.epoch == previous.epoch ? previous.seq + 1 : 1
            guard row.place.seq == expected else { return nil }
            previous = row.place
            if !isHeld(row.place) { older.append(row) }
        }
        let lastForgotten = channel.first - 1
        guard lastForgotten == 0 || previous >= Place(epoch: epoch, seq: lastForgotten) else {
            return nil
        }
        return older
    }

    /// The message at a place; nil within when there is none to be read.
    func message(at place: Place, _ past: PastAnswer?) -> Joined<ChannelEntry?> {
        if place.epoch > epoch || place.epoch == epoch && place.seq >= channel.end {
            return .found(nil)
        }
        if isHeld(place) {
            return .found(channel.isReadable(place.seq) ? channel.entry(place.seq) : nil)
        }
        guard let past else { return .notHeld }
        guard channel.forgottenThrough <= past.watermark else { return .behind }
        let entry = past.rows.first { $0.place == place }.map(current)
        return .found(entry.flatMap { $0.what == .message ? $0 : nil })
    }

    private func isHeld(_ place: Place) -> Bool {
        place.epoch == epoch && place.seq >= channel.first
    }

    private func numbers(before: Place?) -> Range<Int64> {
        guard let before, before.epoch <= epoch else { return channel.first..<channel.end }
        guard before.epoch == epoch else { return channel.first..<channel.first }
        return channel.first..<max(channel.first, min(channel.end, before.seq))
    }

    /// What the record said, with what memory knows to have changed since.
    private func current(_ row: PastRow) -> ChannelEntry {
        let entry = ChannelEntry(row, in: name)
        if entry.isRemoval { return entry }
        if let erased = erased[row.author], row.seq < erased {
            return entry.removed(by: .erasure, at: row.at, in: name)
        }
        guard let change = channel.change(of: entry.origin) else { return entry }
        if case .removal(_, let by) = change.what {
            return entry.removed(by: by, at: change.at, in: name)
        }
        guard !change.text.isEmpty else {
            return entry.removed(by: .erasure, at: row.at, in: name)
        }
        return entry.saying(change.body, edited: entry.what == .message ? change.place : nil)
    }
}
