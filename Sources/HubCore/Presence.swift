package import AuditLog

/// What watchers of a channel are told of who is in it.
package struct Presence: Sendable, Equatable {
    /// Members that a list holds, and changes that an update tells, at most: as many as people read.
    /// Some 20 kB with names of usual length. In a channel with more, updates tell the count alone:
    /// nobody has a whole list there.
    package static let membersMax = 200

    /// A member in the channel, once however many sessions it has there.
    package struct Member: Sendable, Hashable {
        package let id: UUID16
        /// The one of the newest token; empty once it is erased.
        package let name: String
    }

    package enum News: Sendable, Equatable {
        /// Who is there; not all when `count` is more.
        case members([Member])
        /// Who has come, or is named otherwise now, and who has gone since the last update.
        case changes(came: [Member], gone: [UUID16])
        /// There are too many to tell who.
        case onlyCount
    }

    /// Members in the channel.
    package let count: Int
    package let news: News
}

extension Presence {
    /// The message as JSON text.
    func json(channel: String) -> [UInt8] {
        var text: [UInt8] = []
        text.json("{\"type\":\"presence\",\"channel\":")
        text.json(string: channel)
        text.json(",\"count\":")
        text.json(Int64(count))
        switch news {
        case .members(let members):
            text.json(",\"members\":")
            text.json(list: members) { $1.json($0) }
        case .changes(let came, let gone):
            text.json(",\"came\":")
            text.json(list: came) { $1.json($0) }
            text.json(",\"gone\":")
            text.json(list: gone) { id, text in
                text.json("\"")
                id.appendText(to: &text)
                text.json("\"")
            }
        case .onlyCount: break
        }
        text.json("}")
        return text
    }
}

extension [UInt8] {
    fileprivate mutating func json(_ member: Presence.Member) {
        json("{\"id\":\"")
        member.id.appendText(to: &self)
        json("\",\"name\":")
        json(string: member.name)
        json("}")
    }

    fileprivate mutating func json<Entry>(
        list: [Entry],
        _ write: (Entry, inout [UInt8]) -> Void
    ) {
        json("[")
        for (index, entry) in list.enumerated() {
            if index > 0 { json(",") }
            write(entry, &self)
        }
        json("]")
    }
}

/// Who may have come into a channel or gone since its watchers were told.
struct PresenceChanges: Sendable {
    /// Members, each with the name that the watchers know it by, nil for one that they don't see; nil
    /// when there were too many to remember. Who has come and gone again stands here, too, and is
    /// left out when it is told.
    private(set) var known: [UUID16: String?]? = [:]

    var isEmpty: Bool { known?.isEmpty ?? false }

    mutating func touch(_ subject: UUID16, knownAs name: String?) {
        guard let count = known?.count, known?.index(forKey: subject) == nil else { return }
        if count < Presence.membersMax {
            known?.updateValue(name, forKey: subject)
        } else {
            known = nil
        }
    }
}

/// The sessions of one shard that are shown who is in a channel.
final class PresenceWatch {
    let channel: String
    /// Slots of those who know all but the newest changes.
    private(set) var informed: [Int] = []
    /// Slots of those who wait for the whole list.
    private(set) var fresh: [Int] = []

    init(channel: String) { self.channel = channel }

    var isEmpty: Bool { informed.isEmpty && fresh.isEmpty }

    func add(_ slot: Int) { fresh.append(slot) }

    /// Those who waited have got the list.
    func inform() {
        informed += fresh
        fresh = []
    }

    /// - Returns: whether it was among them.
    func remove(_ slot: Int) -> Bool {
        if let place = informed.firstIndex(of: slot) {
            informed.swapAt(place, informed.count - 1)
            informed.removeLast()
            return true
        }
        guard let place = fresh.firstIndex(of: slot) else { return false }
        fresh.swapAt(place, fresh.count - 1)
        fresh.removeLast()
        return true
    }
}
