/// The formats of strings that draft 2020-12 defines.
enum Format: String, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration
    case email
    case idnEmail = "idn-email"
    case hostname
    case idnHostname = "idn-hostname"
    case ipv4, ipv6
    case uri
    case uriReference = "uri-reference"
    case iri
    case iriReference = "iri-reference"
    case uuid
    case uriTemplate = "uri-template"
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"
    case regex

    /// Whether a byte costs more than in other formats, and memory.
    var isCostly: Bool {
        switch self {
        case .regex, .idnHostname, .idnEmail: true
        default: false
        }
    }

    /// Allocates for labels of IDNA and for `regex` alone.
    ///
    /// - Parameter text: UTF-8.
    func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        switch self {
        case .dateTime: Timestamp.isDateTime(text)
        case .date: Timestamp.isDate(text)
        case .time: Timestamp.isTime(text)
        case .duration: Timestamp.isDuration(text)
        case .email: MailAddress.isValid(text, isInternational: false)
        case .idnEmail: MailAddress.isValid(text, isInternational: true)
        case .hostname: HostName.isValid(text)
        case .idnHostname: HostName.isInternational(text)
        case .ipv4: IPAddress.isV4(text)
        case .ipv6: IPAddress.isV6(text)
        case .uri: URISyntax(isInternational: false).matches(text, isReference: false)
        case .uriReference: URISyntax(isInternational: false).matches(text, isReference: true)
        case .iri: URISyntax(isInternational: true).matches(text, isReference: false)
        case .iriReference: URISyntax(isInternational: true).matches(text, isReference: true)
        case .uuid: Self.isUUID(text)
        case .uriTemplate: URITemplate.isValid(text)
        case .jsonPointer: Self.isPointer(text)
        case .relativeJSONPointer: Self.isRelativePointer(text)
        case .regex: PatternTranslation.isValid(String(decoding: text, as: UTF8.self))
        }
    }

    private static func isUUID(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count == 36 else { return false }
        for place in 0..<36 {
            let isDash = place == 8 || place == 13 || place == 18 || place == 23
            guard isDash ? text[place] == UInt8(ascii: "-") : isHexDigit(text[place]) else {
                return false
            }
        }
        return true
    }

    /// RFC 6901.
    private static func isPointer(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first else { return true }
        guard first == UInt8(ascii: "/") else { return false }
        for place in text.indices where text[place] == UInt8(ascii: "~") {
            guard place + 1 < text.count, text[place + 1] & 0xFE == 0x30 else { return false }
        }
        return true
    }

    private static func isRelativePointer(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        if !cursor.take(UInt8(ascii: "0")), cursor.takeAll(isDigit) == 0 { return false }
        return cursor.take(UInt8(ascii: "#")) ? cursor.isAtEnd : isPointer(cursor.rest)
    }

    /// What a member is told that a text must be.
    var words: String {
        switch self {
        case .dateTime: "a date and time such as 2026-03-17T18:30:00Z"
        case .date: "a date such as 2026-03-17"
        case .time: "a time such as 18:30:00Z"
        case .duration: "a duration such as P1DT12H"
        case .email, .idnEmail: "an email address"
        case .hostname, .idnHostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri, .iri: "a web address in full"
        case .uriReference, .iriReference: "a web address"
        case .uuid: "a UUID"
        case .uriTemplate: "a URI template"
        case .jsonPointer: "a JSON pointer"
        case .relativeJSONPointer: "a relative JSON pointer"
        case .regex: "a regular expression"
        }
    }
}
