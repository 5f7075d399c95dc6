package import AuditLog

/// One number of a channel's order, as members may read it by now.
package struct ChannelEntry: Sendable {
    package enum What: Sendable, Equatable {
        case message
        /// New words for the message at this place.
        case edit(of: Place)
        case removal(of: Place, by: Remover)
    }

    package let place: Place
    /// `seq` of its event.
    package let seq: Int64
    /// Microseconds since 2000-01-01 UTC.
    package let at: Int64
    /// Who wrote the message that it is about.
    package let author: UUID16
    package let message: UUID16
    /// The kind of the message, also of an edit of it.
    package let kind: String
    package internal(set) var what: What
    /// What members get: JSON text, `message`, `edited` or `removed`. Empty in memory alone, where
    /// the words are gone: a newer edit, a removal or an erasure has taken their place.
    package internal(set) var text: [UInt8]
    /// Where the message's own words begin in the text, with their key; what stands before never
    /// changes.
    var headCount = 0
    /// Where the body begins in the text; 0 for a removal.
    var bodyStart = 0

    /// The place of the message that it is about.
    package var origin: Place {
        switch what {
        case .message: place
        case .edit(let origin), .removal(let origin, _): origin
        }
    }

    package var isRemoval: Bool {
        if case .removal = what { return true }
        return false
    }

    /// JSON text of the words; empty for a removal.
    package var body: ArraySlice<UInt8> {
        bodyStart == 0 || text.isEmpty ? [] : text[bodyStart..<text.count - ChannelText.tailBytes]
    }

    /// Bytes of what varies in length.
    var bytes: Int { text.count + kind.utf8.count }

    /// The same number with other words, when a newer edit has brought them.
    func saying(_ body: ArraySlice<UInt8>, edited: Place?) -> ChannelEntry {
        var entry = self
        var text = Array(self.text[..<headCount])
        text.reserveCapacity(self.text.count + body.count + 64)
        if let edited { ChannelText.mark(&text, edited: edited) }
        text.json(ChannelText.bodyKey)
        entry.bodyStart = text.count
        text.append(contentsOf: body)
        ChannelText.end(&text, at: at, seq: place.seq)
        entry.text = text
        return entry
    }

    /// The same number with a body that a rule has cut.
    func redacted(_ body: [UInt8]) -> ChannelEntry {
        var entry = self
        entry.text = Array(text[..<bodyStart]) + body + text.suffix(ChannelText.tailBytes)
        return entry
    }

    /// The same number as a removal: nothing of the words is left.
    ///
    /// - Parameter at: when it was removed.
    func removed(by remover: Remover, at: Int64, in channel: String) -> ChannelEntry {
        var entry = self
        entry.what = .removal(of: origin, by: remover)
        entry.bodyStart = 0
        var text: [UInt8] = []
        ChannelText.beginRemoval(
            &text,
            channel: channel,
            epoch: place.epoch,
            of: origin,
            message: message,
            by: remover
        )
        ChannelText.end(&text, at: at, seq: place.seq)
        entry.text = text
        return entry
    }
}
