/// Everything that a client can be refused with, or closed for: one table.
///
/// The raw value is the machine code on the wire (`code` of `refused` and of a refused handshake's
/// JSON answer) and never changes once released. The documentation's table is made from this one.
package enum Outcome: String, CaseIterable, Sendable {
    // Handshake: head.
    case badRequest = "bad_request"
    case methodNotAllowed = "method_not_allowed"
    case notFound = "not_found"
    case headTooLarge = "head_too_large"
    case headTimeout = "head_timeout"
    case upgradeRequired = "upgrade_required"
    case versionNotSupported = "version_not_supported"
    case badKey = "bad_key"
    case badHost = "bad_host"
    case badForwarded = "bad_forwarded"
    // Handshake: token and origin.
    case tokenMissing = "token_missing"
    case tokenTwice = "token_twice"
    case tokenMalformed = "token_malformed"
    case tokenInvalid = "token_invalid"
    case tokenExpired = "token_expired"
    case tokenNotYetValid = "token_not_yet_valid"
    case tokenRevoked = "token_revoked"
    case keysUnavailable = "keys_unavailable"
    case otherMember = "other_member"
    case originRefused = "origin_refused"
    // Handshake: limits and rules.
    case tooManyConnections = "too_many_connections"
    case tooManySessions = "too_many_sessions"
    case banned = "banned"
    case connectionRefused = "connection_refused"
    case forbidden = "forbidden"
    case busy = "busy"
    case recordUnavailable = "record_unavailable"
    // Frames (RFC 6455, section 7.4.1).
    case normal = "normal"
    case goingAway = "going_away"
    case protocolError = "protocol_error"
    case unsupportedData = "unsupported_data"
    case invalidText = "invalid_text"
    case tooBig = "too_big"
    case restarting = "restarting"
    case expired = "expired"
    case noPong = "no_pong"
    case slowConsumer = "slow_consumer"
    case sessionEnded = "session_ended"
    case resumedElsewhere = "resumed_elsewhere"
    case repeatedViolations = "repeated_violations"
    // Messages.
    case badJSON = "bad_json"
    case duplicateKey = "duplicate_key"
    case badEnvelope = "bad_envelope"
    case unknownType = "unknown_type"
    case badSchema = "bad_schema"
    case blocked = "blocked"
    case bounced = "bounced"
    case muted = "muted"
    case channelBanned = "channel_banned"
    case frozen = "frozen"
    case slowMode = "slow_mode"
    case notJoined = "not_joined"
    case alreadyJoined = "already_joined"
    case unknownChannel = "unknown_channel"
    case tooManyChannels = "too_many_channels"
    case presenceOff = "presence_off"
    case rate = "rate"
    case unknownMessage = "unknown_message"
    case resumeLost = "resume_lost"
}

extension Outcome {
    /// Whether doing the same again can succeed.
    package enum Retry: String, Sendable {
        /// The same request is refused again.
        case never
        /// The same request can pass after a while.
        case later
        /// Another token, origin or content is needed.
        case afterChange = "after_change"
    }

    /// Who has to mend it.
    package enum Fault: String, Sendable {
        case client, policy, server
    }

    /// A row of the table.
    package struct Row: Sendable {
        /// Status of a refused handshake; nil when it cannot happen there.
        package let httpStatus: Int?
        /// WebSocket close code; nil when the connection stays open.
        package let closeCode: UInt16?
        package let retry: Retry
        package let fault: Fault
        /// One sentence that a member can read.
        package let sentence: String
    }

    package var httpStatus: Int? { row.httpStatus }
    package var closeCode: UInt16? { row.closeCode }
    package var retry: Retry { row.retry }
    package var fault: Fault { row.fault }
    package var sentence: String { row.sentence }

    /// The outcome's row of the table.
    package var row: Row {
        switch self {
        case .badRequest, .methodNotAllowed, .notFound, .headTooLarge, .headTimeout,
            .upgradeRequired, .versionNotSupported, .badKey, .badHost, .badForwarded:
            headRow
        case .tokenMissing, .tokenTwice, .tokenMalformed, .tokenInvalid, .tokenExpired,
            .tokenNotYetValid, .tokenRevoked, .keysUnavailable, .otherMember, .originRefused,
            .tooManyConnections,
            .tooManySessions,
            .banned,
            .connectionRefused, .forbidden, .busy, .recordUnavailable:
            admissionRow
        case .normal, .goingAway, .protocolError, .unsupportedData, .invalidText, .tooBig,
            .restarting, .expired, .noPong, .slowConsumer, .sessionEnded,
            .resumedElsewhere, .repeatedViolations:
            closeRow
        case .badJSON, .duplicateKey, .badEnvelope, .unknownType, .badSchema, .blocked, .bounced,
            .muted, .channelBanned, .frozen, .slowMode, .notJoined, .alreadyJoined, .unknownChannel,
            .tooManyChannels, .presenceOff, .rate, .unknownMessage, .resumeLost:
            messageRow
        }
    }

    private var headRow: Row {
        switch self {
        case .methodNotAllowed:
            Row(405, .never, .client, "Only GET opens a WebSocket here.")
        case .notFound: Row(404, .never, .client, "There is nothing at this path.")
        case .headTooLarge:
            Row(431, .never, .client, "The request's head is larger than the hub accepts.")
        case .headTimeout:
            Row(408, .later, .client, "The request's head did not arrive in time.")
        case .upgradeRequired:
            Row(426, .never, .client, "This path speaks WebSocket only: ask for an upgrade.")
        case .versionNotSupported:
            Row(426, .never, .client, "Only WebSocket version 13 is spoken here.")
        case .badKey:
            Row(400, .never, .client, "Sec-WebSocket-Key must be 16 bytes in base64, once.")
        case .badHost: Row(400, .never, .client, "Exactly one Host header is needed.")
        case .badForwarded:
            Row(400, .later, .server, "The hub's proxy does not say whose request this is.")
        default: Row(400, .never, .client, "The request is not valid HTTP/1.1.")
        }
    }

    private var admissionRow: Row {
        switch self {
        case .tokenMissing: Row(401, .afterChange, .client, "A bearer token is needed.")
        case .tokenTwice:
            Row(400, .never, .client, "The bearer token must be in one place, not in two.")
        case .tokenMalformed:
            Row(401, .afterChange, .client, "The bearer token is not a well-formed signed JWT.")
        case .tokenExpired:
            Row(401, 4401, .afterChange, .client, "The bearer token has expired: get a new one.")
        case .tokenNotYetValid:
            Row(401, .later, .client, "The bearer token is not valid yet.")
        case .tokenRevoked:
            Row(401, 4501, .afterChange, .client, "The bearer token has been revoked.")
        case .keysUnavailable:
            Row(503, .later, .server, "The hub has no keys of the token's issuer yet: try again.")
        case .otherMember:
            Row(
                401,
                .afterChange,
                .client,
                "The token is another member's: open a session of its own."
            )
        case .originRefused:
            Row(403, .never, .policy, "This site may not connect to the hub.")
        case .tooManyConnections:
            Row(429, 4429, .later, .client, "Too many connections from this address.")
        case .tooManySessions:
            Row(429, 4504, .afterChange, .client, "This member has too many open sessions.")
        case .banned: Row(403, 4503, .afterChange, .policy, "This member is banned from the hub.")
        case .connectionRefused:
            Row(403, .afterChange, .policy, "The hub's rules refuse this connection.")
        case .forbidden: Row(403, .afterChange, .client, "The token does not give this right.")
        case .busy: Row(503, 1013, .later, .server, "The hub is busy: try again in a moment.")
        case .recordUnavailable:
            Row(
                503,
                1013,
                .later,
                .server,
                "The hub cannot record right now, so it accepts nothing."
            )
        default: Row(401, .afterChange, .client, "The bearer token is not accepted.")
        }
    }

    private var closeRow: Row {
        switch self {
        case .normal: Row(nil, 1000, .later, .client, "The connection was closed as asked.")
        case .goingAway: Row(nil, 1001, .later, .server, "The hub is going away.")
        case .protocolError:
            Row(nil, 1002, .never, .client, "A frame broke the WebSocket protocol.")
        case .unsupportedData:
            Row(nil, 1003, .never, .client, "Binary messages are not accepted here.")
        case .invalidText: Row(nil, 1007, .never, .client, "A text message was not valid UTF-8.")
        case .tooBig: Row(nil, 1009, .never, .client, "The message is larger than the hub accepts.")
        case .restarting: Row(nil, 1012, .later, .server, "The hub restarts: connect again.")
        case .expired: Row(nil, 4401, .afterChange, .client, "The session's token has expired.")
        case .noPong: Row(nil, 4408, .later, .client, "The client did not answer pings.")
        case .sessionEnded: Row(nil, 4440, .later, .policy, "A moderator has ended this session.")
        case .resumedElsewhere:
            Row(nil, 4510, .never, .client, "The session goes on over another connection.")
        case .repeatedViolations:
            Row(nil, 4509, .afterChange, .policy, "The hub's rules were broken too often.")
        default:
            Row(nil, 4430, .later, .client, "The client reads more slowly than messages arrive.")
        }
    }

    private var messageRow: Row {
        switch self {
        case .badJSON: Row(.never, .client, "The message is not one valid JSON object.")
        case .duplicateKey: Row(.never, .client, "The message names a key twice.")
        case .unknownType: Row(.never, .client, "The message's type is not known here.")
        case .badSchema: Row(.never, .client, "The message does not fit its type's rules.")
        case .blocked: Row(.afterChange, .policy, "The message was stopped by the hub's rules.")
        case .bounced:
            Row(.afterChange, .policy, "Please say it in other words: this was not sent.")
        case .muted: Row(.later, .policy, "You are muted.")
        case .channelBanned: Row(.later, .policy, "You are banned from this channel.")
        case .frozen:
            Row(.later, .policy, "This channel is frozen: only moderators can write here.")
        case .slowMode: Row(.later, .policy, "This channel is in slow mode: wait a moment.")
        case .notJoined: Row(.afterChange, .client, "Join the channel first.")
        case .alreadyJoined: Row(.never, .client, "You are in this channel already.")
        case .unknownChannel: Row(.never, .client, "There is no such channel.")
        case .tooManyChannels: Row(.never, .client, "You are in too many channels.")
        case .unknownMessage: Row(.never, .client, "There is no such message, or not any more.")
        case .resumeLost:
            Row(.afterChange, .client, "What was missed can't be told whole: join and read on.")
        case .presenceOff:
            Row(.afterChange, .policy, "Who is in this channel is not shown.")
        case .rate: Row(.later, .client, "You are sending too fast.")
        default: Row(.never, .client, "The message lacks a field or has one of the wrong kind.")
        }
    }
}

extension Outcome.Row {
    fileprivate init(
        _ httpStatus: Int?,
        _ closeCode: UInt16?,
        _ retry: Outcome.Retry,
        _ fault: Outcome.Fault,
        _ sentence: String
    ) {
        self.init(
            httpStatus: httpStatus,
            closeCode: closeCode,
            retry: retry,
            fault: fault,
            sentence: sentence
        )
    }

    fileprivate init(
        _ httpStatus: Int?,
        _ retry: Outcome.Retry,
        _ fault: Outcome.Fault,
        _ sentence: String
    ) {
        self.init(httpStatus, nil, retry, fault, sentence)
    }

    fileprivate init(_ retry: Outcome.Retry, _ fault: Outcome.Fault, _ sentence: String) {
        self.init(nil, nil, retry, fault, sentence)
    }
}
