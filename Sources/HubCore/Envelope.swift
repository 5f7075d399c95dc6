import AuditLog
import JSONDocument
import Outcomes
import PolicyEngine

/// The outer object of a client's message: what every type has, checked before anything of its
/// type is looked at.
struct Envelope {
    /// The types that a client can send.
    enum MessageType {
        case join, leave, message, renew, resume, history, edit, delete, presence

        /// Whether it changes which channels its session is in, or its claims.
        var movesSession: Bool {
            switch self {
            case .join, .leave, .renew, .resume: true
            case .message, .history, .edit, .delete, .presence: false
            }
        }
    }

    /// Bytes of a client's `id`, which every answer echoes.
    static let idBytesMax = 64
    /// Bytes of a channel's name, as in the record.
    static let channelBytesMax = 256
    /// Bytes of the name of a kind of message.
    static let kindBytesMax = 64
    /// Bytes of a token, as in a handshake's head.
    static let tokenBytesMax = 8192
    /// Messages of a page: what a screen shows unless asked otherwise, and at most.
    static let limitStandard = 50
    static let limitMax = 100
    /// The kind of a message that names none.
    static let plainKind = "message"

    var type = MessageType.message
    /// `id` as JSON text with quotes.
    var id: [UInt8]
    var channel = ""
    /// The kind of a message, as the bundle's `messages` name them.
    var kind = Envelope.plainKind
    /// The idempotency key, if one was given.
    var key: UUID16?
    var body: JSONValue?
    /// Whether who is in the channel is to be shown.
    var isOn = false
    /// The fresh token of a renewal.
    var token = ""
    /// The message that is changed, or before which a page ends.
    var place: Place?
    /// Messages of a page.
    var limit = Envelope.limitStandard
    /// The channels of a resumption, and the newest number that the client has of each; 0 for none
    /// of that run.
    var positions: [(channel: String, after: Place)] = []

    init(id: [UInt8]) {
        self.id = id
    }

    /// What reading one came to; a refusal carries the `id` when there was a usable one.
    enum Reading {
        case envelope(Envelope)
        case refused(Outcome, String, id: [UInt8])
    }

    static func read(_ document: JSONValue) -> Reading {
        guard document.kind == .object else {
            return .refused(.badEnvelope, "A message is a JSON object.", id: [])
        }
        guard let id = readID(document["id"]) else {
            return .refused(
                .badEnvelope,
                "'id' must be a string of 1 to \(idBytesMax) bytes.",
                id: []
            )
        }
        var envelope = Envelope(id: id)
        guard let type = document["type"]?.string else {
            return .refused(.badEnvelope, "'type' must be a string.", id: id)
        }
        switch type {
        case "join": envelope.type = .join
        case "leave": envelope.type = .leave
        case "message": envelope.type = .message
        case "renew": envelope.type = .renew
        case "resume": envelope.type = .resume
        case "history": envelope.type = .history
        case "edit": envelope.type = .edit
        case "delete": envelope.type = .delete
        case "presence": envelope.type = .presence
        default: return .refused(.unknownType, Outcome.unknownType.sentence, id: id)
        }
        if envelope.type == .renew { return envelope.readingRenewal(document) }
        if envelope.type == .resume { return envelope.readingResumption(document) }
        guard let channel = readChannel(document["channel"]) else {
            return .refused(
                .badEnvelope,
                "'channel' must be a string of 1 to \(channelBytesMax) bytes, in NFC.",
                id: id
            )
        }
        envelope.channel = channel
        if let sentence = envelope.readRest(document) {
            return .refused(.badEnvelope, sentence, id: id)
        }
        return .envelope(envelope)
    }

    private func readingRenewal(_ document: JSONValue) -> Reading {
        var renewal = self
        if let sentence = renewal.readToken(document) {
            return .refused(.badEnvelope, sentence, id: id)
        }
        guard document.count == 3 else { return .refused(.badEnvelope, Self.spareMember, id: id) }
        return .envelope(renewal)
    }

    private func readingResumption(_ document: JSONValue) -> Reading {
        var resumption = self
        if let sentence = resumption.readToken(document) ?? resumption.readPositions(document) {
            return .refused(.badEnvelope, sentence, id: id)
        }
        guard document.count == 4 else { return .refused(.badEnvelope, Self.spareMember, id: id) }
        return .envelope(resumption)
    }

    private mutating func readToken(_ document: JSONValue) -> String? {
        guard let token = document["token"]?.string, !token.isEmpty,
            token.utf8.count <= Self.tokenBytesMax
        else { return "'token' must be a string of 1 to \(Self.tokenBytesMax) bytes." }
        self.token = token
        return nil
    }

    private mutating func readPositions(_ document: JSONValue) -> String? {
        guard let list = document["channels"], list.kind == .array else {
            return "'channels' must be a list."
        }
        var seen: Set<String> = []
        for entry in list.elements {
            guard entry.kind == .object, entry.count == 3,
                let channel = Self.readChannel(entry["channel"]),
                let epoch = entry["epoch"]?.int64.flatMap(Int32.init(exactly:)), epoch > 0,
                let seq = entry["seq"]?.int64, seq >= 0
            else {
                return "Each of 'channels' must have 'channel', 'epoch' and 'seq', and no more."
            }
            guard seen.insert(channel).inserted else { return "'channels' names a channel twice." }
            positions.append((channel, Place(epoch: epoch, seq: seq)))
        }
        return nil
    }

    /// Reads what only its type has, and looks for members that it has not.
    ///
    /// - Returns: a sentence when something is wrong.
    private mutating func readRest(_ document: JSONValue) -> String? {
        var known = 3
        let sentence: String? =
            switch type {
            case .message: readMessage(document, &known)
            case .edit: readPlace(document, &known) ?? readBody(document, &known)
            case .delete: readPlace(document, &known)
            case .history: readPage(document, &known)
            case .presence: readSwitch(document, &known)
            case .join, .leave, .renew, .resume: nil
            }
        if let sentence { return sentence }
        return document.count == known ? nil : Self.spareMember
    }

    private mutating func readMessage(_ document: JSONValue, _ known: inout Int) -> String? {
        if let sentence = readBody(document, &known) { return sentence }
        if let kind = document["kind"] {
            guard let name = kind.string, Self.isKind(name) else {
                return "'kind' must have 1 to \(Self.kindBytesMax) letters, digits, - or _."
            }
            self.kind = name
            known += 1
        }
        if let key = document["key"] {
            guard let text = key.string, let uuid = UUID16(parsing: text) else {
                return "'key' must be a UUID."
            }
            self.key = uuid
            known += 1
        }
        return nil
    }

    private mutating func readBody(_ document: JSONValue, _ known: inout Int) -> String? {
        guard let body = document["body"], body.kind == .object else {
            return "'body' must be an object."
        }
        self.body = body
        known += 1
        return nil
    }

    private mutating func readPlace(_ object: JSONValue, _ known: inout Int) -> String? {
        guard let epoch = object["epoch"]?.int64.flatMap(Int32.init(exactly:)), epoch > 0,
            let seq = object["seq"]?.int64, seq > 0
        else { return "'epoch' and 'seq' must be the numbers of a message." }
        place = Place(epoch: epoch, seq: seq)
        known += 2
        return nil
    }

    private mutating func readPage(_ document: JSONValue, _ known: inout Int) -> String? {
        if let before = document["before"] {
            var numbers = 0
            guard before.kind == .object, readPlace(before, &numbers) == nil,
                before.count == numbers
            else { return "'before' must be an object of 'epoch' and 'seq'." }
            known += 1
        }
        if let limit = document["limit"] {
            guard let number = limit.int64, (1...Int64(Self.limitMax)).contains(number) else {
                return "'limit' must be a number from 1 to \(Self.limitMax)."
            }
            self.limit = Int(number)
            known += 1
        }
        return nil
    }

    private mutating func readSwitch(_ document: JSONValue, _ known: inout Int) -> String? {
        guard let isOn = document["on"]?.bool else { return "'on' must be true or false." }
        self.isOn = isOn
        known += 1
        return nil
    }

    private static var spareMember: String { "The message has a member that its type has not." }

    private static func isKind(_ name: String) -> Bool {
        (1...kindBytesMax).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func readChannel(_ value: JSONValue?) -> String? {
        guard let name = value?.string, !name.isEmpty, name.utf8.count <= channelBytesMax,
            Bundle.isComposed(channel: name)
        else { return nil }
        return name
    }

    private static func readID(_ value: JSONValue?) -> [UInt8]? {
        guard let value, value.kind == .string, (1...idBytesMax).contains(value.stringBytes.count)
        else { return nil }
        var text: [UInt8] = []
        value.write(into: &text)
        return text
    }
}
