import Foundation
import HubCore

/// What a client knows of who is in its channels, from a list and the updates after it.
struct PresenceView {
    private(set) var channels: [String: Room] = [:]

    struct Room: Equatable {
        var count = 0
        /// Names by pseudonym; nil when the list is not whole.
        var members: [String: String]?
    }

    /// Takes a `presence` message.
    mutating func take(_ text: String) {
        guard
            let message = try? JSONSerialization.jsonObject(with: Data(text.utf8))
                as? [String: Any],
            let channel = message["channel"] as? String
        else { preconditionFailure("no presence: \(text)") }
        guard let count = message["count"] as? Int else {
            channels[channel] = nil
            return
        }
        var room = channels[channel] ?? Room()
        room.count = count
        if let members = message["members"] as? [[String: String]] {
            room.members = [:]
            room.add(members)
        } else if let came = message["came"] as? [[String: String]],
            let gone = message["gone"] as? [String]
        {
            room.add(came)
            for id in gone { room.members?[id] = nil }
        } else {
            room.members = nil
        }
        if room.members?.count != count { room.members = nil }
        channels[channel] = room
    }
}

extension PresenceView {
    /// Takes what a roster tells, as if a client had got it.
    mutating func take(_ presence: Presence, in channel: String) {
        guard case .members(let members) = presence.news else {
            preconditionFailure("a roster tells who is there")
        }
        let names = members.map { ("\($0.id)", $0.name) }
        channels[channel] = Room(
            count: presence.count,
            members: Dictionary(uniqueKeysWithValues: names)
        )
    }
}

extension PresenceView.Room {
    fileprivate mutating func add(_ list: [[String: String]]) {
        for member in list { members?[member["id"]!] = member["name"]! }
    }
}
