package import AuditLog

/// A place in a channel's order: the run of the hub that gave it, and its number in that run. A
/// channel's numbers have no gap within a run and begin anew with each.
package struct Place: Hashable, Comparable, Sendable {
    package let epoch: Int32
    package let seq: Int64

    package init(epoch: Int32, seq: Int64) {
        self.epoch = epoch
        self.seq = seq
    }

    package static func < (left: Place, right: Place) -> Bool {
        (left.epoch, left.seq) < (right.epoch, right.seq)
    }
}

/// Who took a message away.
package enum Remover: String, Sendable {
    case author, moderator
    /// The hub's rules don't let this reader see it.
    case rule
    /// Everything that its author said was forgotten.
    case erasure
}

/// The message that an edit or a deletion is about, as it was read.
package final class TargetMessage: Sendable {
    package let place: Place
    /// `seq` of the event that it was delivered with.
    package let seq: Int64
    package let author: UUID16
    package let message: UUID16
    /// Who deletes it; nil for an edit.
    package let remover: Remover?

    package init(
        place: Place,
        seq: Int64,
        author: UUID16,
        message: UUID16,
        remover: Remover?
    ) {
        self.place = place
        self.seq = seq
        self.author = author
        self.message = message
        self.remover = remover
    }
}

extension [UInt8] {
    /// Appends `{"epoch":…,"seq":…}`.
    mutating func json(_ place: Place) {
        json("{\"epoch\":")
        json(Int64(place.epoch))
        json(",\"seq\":")
        json(place.seq)
        json("}")
    }
}
