/// The body that messages of one type must have.
package struct MessageType: Hashable, Sendable {
    /// The `type` of the envelope, such as `message`.
    package let name: String
    /// The known fields of the body, by name.
    package let fields: [BodyField]
    /// Whether fields other than the known ones may stand in the body.
    package let allowsOthers: Bool
}

/// One field of a message's body.
package struct BodyField: Hashable, Sendable {
    package let name: String
    package let isRequired: Bool
    package let type: Kind

    /// The type of a field's value, with its bounds.
    package enum Kind: Hashable, Sendable {
        /// A string; bytes of its UTF-8.
        case string(bytes: ClosedRange<Int>)
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// `true` or `false`.
        case boolean
    }
}
