package import JSONDocument

/// Something that a bundle's rules are asked about.
package enum Item {
    /// An opening handshake whose token was verified.
    case connect
    /// A member who wants to enter the channel.
    case join
    /// A message to the channel.
    ///
    /// - Parameters:
    ///   - kind: as the sender named it; by default `message`.
    ///   - body: parsed strictly: valid UTF-8, no duplicate keys.
    ///   - bytes: of the whole frame.
    case message(kind: String, body: JSONValue, bytes: Int)
}

/// The kinds of items, by the words that rules name them with.
package enum Occasion: String, CaseIterable, Sendable {
    case connect, join, message
}

extension Item {
    var occasion: Occasion {
        switch self {
        case .connect: .connect
        case .join: .join
        case .message: .message
        }
    }
}
