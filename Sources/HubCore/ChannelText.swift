import AuditLog

/// The JSON texts that have a number in a channel's order: `message`, `edited`, `removed`. Each begins
/// here and ends with `DeliveryTail`, live, from memory and from the record alike.
enum ChannelText {
    /// Begins a message, up to where its body stands.
    ///
    /// - Parameters:
    ///   - sender: JSON text of an object.
    ///   - edited: the place of the edit that the body is from; nil for the author's first words.
    static func beginMessage(
        _ text: inout [UInt8],
        channel: String,
        kind: String,
        epoch: Int32,
        message: UUID16,
        sender: [UInt8],
        edited: Place? = nil
    ) {
        text.json("{\"type\":\"message\",\"channel\":")
        text.json(string: channel)
        if kind != Envelope.plainKind {
            text.json(",\"kind\":")
            text.json(string: kind)
        }
        text.json(",\"epoch\":")
        text.json(Int64(epoch))
        text.json(",\"message\":\"")
        message.appendText(to: &text)
        text.json("\",\"sender\":")
        text.append(contentsOf: sender)
        if let edited { mark(&text, edited: edited) }
        text.json(bodyKey)
    }

    /// Says that what follows is not the author's first word.
    static func mark(_ text: inout [UInt8], edited: Place) {
        text.json(",\"edited\":")
        text.json(edited)
    }

    /// Begins new words for a message, up to where its body stands.
    static func beginEdit(
        _ text: inout [UInt8],
        channel: String,
        epoch: Int32,
        of place: Place,
        message: UUID16,
        sender: [UInt8]
    ) {
        begin(&text, "{\"type\":\"edited\",\"channel\":", channel, epoch, place, message)
        text.json(",\"sender\":")
        text.append(contentsOf: sender)
        text.json(bodyKey)
    }

    /// Writes all of a removal but its tail.
    static func beginRemoval(
        _ text: inout [UInt8],
        channel: String,
        epoch: Int32,
        of place: Place,
        message: UUID16,
        by remover: Remover
    ) {
        begin(&text, "{\"type\":\"removed\",\"channel\":", channel, epoch, place, message)
        text.json(",\"by\":")
        text.json(string: remover.rawValue)
    }

    private static func begin(
        _ text: inout [UInt8],
        _ start: StaticString,
        _ channel: String,
        _ epoch: Int32,
        _ place: Place,
        _ message: UUID16
    ) {
        text.json(start)
        text.json(string: channel)
        text.json(",\"epoch\":")
        text.json(Int64(epoch))
        text.json(",\"of\":")
        text.json(place)
        text.json(",\"message\":\"")
        message.appendText(to: &text)
        text.json("\"")
    }

    /// Ends any of them with its time and number.
    static func end(_ text: inout [UInt8], at: Int64, seq: Int64) {
        text.json(DeliveryTail.template)
        text.withUnsafeMutableBytes { DeliveryTail.fill($0, at: at, seq: seq) }
    }

    /// What stands before a body.
    static let bodyKey: StaticString = ",\"body\":"
    static let tailBytes = DeliveryTail.template.utf8CodeUnitCount
}
