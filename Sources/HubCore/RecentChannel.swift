import AuditLog

/// The newest numbers of one channel, without a gap up to the newest.
struct RecentChannel {
    var name = ""
    private var entries = Ring<ChannelEntry>()
    /// The number of the oldest that is held, or of the next to come.
    private(set) var first: Int64 = 1
    /// The event of the newest number that is no longer held; 0 for none.
    private(set) var forgottenThrough: Int64 = 0
    /// By the places of messages, the numbers of their newest edit or their removal.
    private var changes: [Place: Int64] = [:]

    /// One behind the newest number.
    var end: Int64 { first + Int64(entries.count) }

    /// Adds the next number. What it takes the place of is gone at once.
    ///
    /// - Returns: how many bytes of texts there are more besides its own; mostly fewer.
    mutating func add(_ entry: ChannelEntry) -> Int {
        precondition(entry.place.seq == end, "the ledger numbers a channel without a gap")
        entries.append(entry)
        let origin = entry.origin
        guard origin != entry.place else { return 0 }
        var bytes = 0
        if let older = changes.updateValue(entry.place.seq, forKey: origin) {
            bytes -= replaceText(older, [])
        }
        guard let place = place(of: origin) else { return bytes }
        if entry.isRemoval {
            bytes -= replaceText(origin.seq, [])
        } else if !entries[place].text.isEmpty {
            let edited = entries[place].saying(entry.body, edited: entry.place)
            bytes += edited.text.count - entries[place].text.count
            entries[place] = edited
        }
        return bytes
    }

    /// Where in the ring the number at a place of this run stands; nil when it is not held.
    private func place(of origin: Place) -> Int? {
        guard !entries.isEmpty, origin.epoch == entries[0].place.epoch, origin.seq >= first,
            origin.seq < end
        else { return nil }
        return Int(origin.seq - first)
    }

    /// - Returns: how many bytes fewer there are.
    private mutating func replaceText(_ number: Int64, _ text: [UInt8]) -> Int {
        guard number >= first, number < end else { return 0 }
        let old = entries[Int(number - first)].text.count
        entries[Int(number - first)].text = text
        return old - text.count
    }

    /// - Returns: bytes of what it held of varying length.
    mutating func forgetOldest() -> Int {
        let oldest = entries.takeFirst(leaving: Self.blank)
        first += 1
        forgottenThrough = oldest.seq
        if changes[oldest.origin] == oldest.place.seq { changes[oldest.origin] = nil }
        return oldest.bytes
    }

    /// Forgets all words of an author.
    ///
    /// - Returns: bytes of their texts.
    mutating func forget(_ author: UUID16) -> Int {
        var bytes = 0
        for place in 0..<entries.count where entries[place].author == author {
            if entries[place].isRemoval { continue }
            bytes += entries[place].text.count
            entries[place].text = []
        }
        return bytes
    }

    private static let blank = ChannelEntry(
        place: Place(epoch: 0, seq: 0),
        seq: 0,
        at: 0,
        author: UUID16(high: 0, low: 0),
        message: UUID16(high: 0, low: 0),
        kind: "",
        what: .message,
        text: []
    )
}

// MARK: Reading

extension RecentChannel {
    /// The newest change of a message, if it is held.
    func change(of origin: Place) -> ChannelEntry? {
        changes[origin].map { entries[Int($0 - first)] }
    }

    /// A number as members may read it by now.
    func entry(_ number: Int64) -> ChannelEntry {
        let entry = entries[Int(number - first)]
        if !entry.text.isEmpty { return entry }
        let change = change(of: entry.origin)
        if let change, case .removal(_, let by) = change.what {
            return entry.removed(by: by, at: change.at, in: name)
        }
        // A newer edit has taken its place, and says the same of the same message.
        if let change, !change.text.isEmpty, change.place != entry.place {
            var newest = entry
            newest.text = change.text
            newest.headCount = change.headCount
            newest.bodyStart = change.bodyStart
            return newest.saying(change.body, edited: nil)
        }
        return entry.removed(by: .erasure, at: entry.at, in: name)
    }

    /// Whether the message with this number is there to be read.
    func isReadable(_ number: Int64) -> Bool {
        let place = Int(number - first)
        return entries[place].what == .message && !entries[place].text.isEmpty
    }

    /// `seq` of a number's event.
    func seq(of number: Int64) -> Int64 { entries[Int(number - first)].seq }
}
