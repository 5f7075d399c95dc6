/// What happened; the number is column `kind` and never changes its meaning.
package enum EventKind: Int16, CaseIterable, Sendable {
    case hubStarted = 1
    case hubStopped = 2
    case policyActivated = 3
    /// A count of refusals that were not recorded one by one.
    case refusedSummary = 4
    case connect = 10
    case disconnect = 11
    /// A session goes on with a fresh token.
    case renew = 12
    /// A session goes on where another one of the same member was cut off.
    case resume = 13
    case join = 20
    case leave = 21
    /// A page of what was said was read.
    case history = 22
    /// A member wants to be shown who is in a channel, or no longer.
    case presence = 23
    /// Somebody belongs to a channel from here on, whatever the claims say; or by the claims alone.
    case enrol = 24
    case withdraw = 25
    case message = 30
    case edit = 31
    case delete = 32
    /// A frame from which no request could be read.
    case frame = 40
    case mute = 50
    case unmute = 51
    case ban = 52
    case unban = 53
    /// Counts against a member by one rule, until it decays.
    case strike = 54
    /// Tokens that count no longer: one, or all of a subject that were issued up to here.
    case revoke = 55
    /// How often one member may write in a channel.
    case slow = 56
    /// Nobody but moderators writes in a channel.
    case freeze = 57
    case unfreeze = 58
    /// A subject's content and identity are forgotten up to here.
    case erase = 60
    /// A legal hold: what it covers is kept until it is released.
    case preserve = 61
    case unpreserve = 62
    /// A run of retention: what each class lets go.
    case retain = 63
    /// A call of the operators' API that is no event of its own: what was looked at, or refused.
    case operation = 70

    /// The name that `audit.kind` has for it: the words of the case, joined by `_`.
    package var name: String {
        "\(self)".reduce(into: "") { name, letter in
            name += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
        }
    }

    /// Whether it says what is to be forgotten or kept, so that shipping it does that.
    package var isKeeping: Bool {
        switch self {
        case .erase, .preserve, .unpreserve, .retain: true
        default: false
        }
    }

    /// Whether shipping it does something in the database besides storing it: what it says of keeping,
    /// or the answer to whoever asked for policies.
    package var isCarriedOut: Bool { isKeeping || self == .policyActivated }

    /// Whether a full journal still takes such events, from its reserve: what ends, and what protects.
    /// `retain` can wait: it lets go when it is shipped, behind all that fills the journal, so it could
    /// make no room, and it is asked for again.
    package var isLast: Bool {
        switch self {
        case .hubStopped, .policyActivated, .disconnect, .mute, .unmute, .ban, .unban, .strike,
            .revoke, .slow, .freeze, .unfreeze, .erase, .preserve, .unpreserve:
            true
        default: false
        }
    }

    /// The class that events of this kind are kept and dropped with.
    package var retention: RetentionClass {
        switch self {
        case .hubStarted, .hubStopped, .policyActivated, .erase, .preserve, .unpreserve, .retain,
            .operation:
            .system
        case .refusedSummary, .connect, .disconnect, .renew, .resume: .connections
        case .join, .leave, .history, .presence, .message, .edit, .delete, .frame: .traffic
        case .mute, .unmute, .ban, .unban, .strike, .revoke, .slow, .freeze, .unfreeze, .enrol,
            .withdraw:
            .sanctions
        }
    }
}

/// How far judging went: the step whose answer stands; the number is column `stage`.
package enum Stage: Int16, CaseIterable, Sendable {
    case head = 1
    case token = 2
    case origin = 3
    case limits = 4
    case connectRules = 5
    case frame = 10
    case json = 11
    case envelope = 12
    case state = 13
    case rate = 14
    case schema = 15
    case rules = 16
    /// Every step passed.
    case done = 20
}

/// What is kept and dropped together; the number is column `retention`.
package enum RetentionClass: Int16, CaseIterable, Sendable {
    /// Messages, joins and what else is said in channels.
    case traffic = 1
    case connections = 2
    /// What people decided about members and channels, so that a start finds what is in force.
    case sanctions = 3
    /// The hub's own doings.
    case system = 4
}

/// Which part of an event's content a row of `audit.content` holds; the number is column `part`.
package enum Part: Int16, CaseIterable, Comparable, Sendable {
    /// As its author sent it.
    case original = 1
    /// As members received it.
    case delivered = 2
    /// A moderator's free-form reason.
    case reason = 3
    /// Address, user agent and the like of a connection.
    case connection = 4

    package static func < (left: Part, right: Part) -> Bool {
        left.rawValue < right.rawValue
    }
}
