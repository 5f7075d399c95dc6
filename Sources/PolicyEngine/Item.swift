package import JSONDocument

/// Something that a bundle's rules are asked about.
package enum Item {
    /// An opening handshake whose token was verified.
    case connect
    /// A member who wants to enter the channel.
    case join
    /// A message to the channel.
    case message(Said)
    /// New words for a message in the channel.
    case edit(Said)
    /// A message in the channel, for the one who wants to read it.
    case history(Said)

    /// What somebody says or has said.
    package struct Said {
        /// The message's kind, as its sender named it; by default `message`.
        package let kind: String
        /// Parsed strictly: valid UTF-8, no duplicate keys.
        package let body: JSONValue
        /// Of the whole frame, or of the message as members got it.
        package let bytes: Int
    }

    package static func message(kind: String, body: JSONValue, bytes: Int) -> Item {
        .message(Said(kind: kind, body: body, bytes: bytes))
    }

    package static func edit(kind: String, body: JSONValue, bytes: Int) -> Item {
        .edit(Said(kind: kind, body: body, bytes: bytes))
    }

    package static func history(kind: String, body: JSONValue, bytes: Int) -> Item {
        .history(Said(kind: kind, body: body, bytes: bytes))
    }
}

/// The kinds of items, by the words that rules name them with.
package enum Occasion: String, CaseIterable, Sendable {
    case connect, join, message, edit, history

    /// Whether there is something that somebody says or has said.
    package var isSaid: Bool { self != .connect && self != .join }
}

extension Item {
    var occasion: Occasion {
        switch self {
        case .connect: .connect
        case .join: .join
        case .message: .message
        case .edit: .edit
        case .history: .history
        }
    }

    /// What is said; nil where nothing is.
    var said: Said? {
        switch self {
        case .connect, .join: nil
        case .message(let said), .edit(let said), .history(let said): said
        }
    }
}

extension Rule {
    /// Whether it is asked on an occasion. New words are judged as the first ones were: a rule on
    /// messages hears edits too.
    func hears(_ occasion: Occasion) -> Bool {
        occasions.contains(occasion) || occasion == .edit && occasions.contains(.message)
    }
}
