package import AuditLog
package import PolicyEngine

/// A connected member, from its durable `connect` event to its close.
///
/// Confined to its shard's event loop. A class, because each message asks it many things: as a value
/// it was copied for each, with a dozen references to count.
package final class Session {
    package let id: UUID16
    package let subject: UUID16
    /// What the bundle of the digest `readBy` reads out of the claims; rules ask `member(by:)`.
    package private(set) var member: MemberFacts
    private var readBy: [UInt8]
    /// The token's claims as JSON text.
    private(set) var claims: String
    package let request: RequestFacts
    /// The `sender` of its messages as JSON text: pseudonym, and the name shown to others.
    package private(set) var senderJSON: [UInt8] = []
    /// When it ends unless the token is renewed, Unix seconds.
    package private(set) var expiresAt: Int64
    /// When its client is told that it will, Unix seconds.
    private var expiringAt: Int64 = 0
    var isToldOfExpiry = false
    private(set) var token: TokenMark
    /// Channels joined, by the ledger's index; few, so an array.
    package internal(set) var channels: [(name: String, index: Int)] = []
    var rate: TokenBucket
    /// Bytes of its messages; nil for no limit.
    var byteRate: TokenBucket?
    /// How often it may still be refused for its rate before it is ended.
    private var refusals: TokenBucket
    /// Its subject's and its address's, where they have limits.
    let accounts: [Account]
    /// Proposals of this session that the recorder has.
    package internal(set) var inFlight = 0
    /// Messages that wait until nothing of this session is in flight, because one was stale or moves
    /// the session, or until the record has answered what the first of them asks. Each with the
    /// number that rates know it by, if it was judged before.
    var waiting: [(payload: [UInt8], number: UInt64?)] = []
    var isWaiting = false
    /// How often what waited has gone on.
    private(set) var round = 0
    /// What the record is asked now.
    var asked: PastQuestion?
    /// What it has answered to the first of the waiting messages: at most one for each channel.
    var answers: [(question: PastQuestion, answer: Result<PastAnswer, PastRefused>)] = []
    /// What a resumption may still bring.
    var replayBytesLeft = 0
    /// Whether reading was stopped because too much is in flight.
    var isPaused = false
    /// Whether its connection is being closed, so that what still comes or waits is judged no more.
    var isEnding = false

    package init(
        id: UUID16,
        subject: UUID16,
        member: MemberFacts,
        readBy bundle: Bundle,
        claims: String,
        request: RequestFacts,
        openedAt: Int64,
        expiresAt: Int64,
        tokenExpiresAt: Int64,
        token: TokenMark,
        rate: Allowance,
        byteRate: Allowance?,
        accounts: [Account]
    ) {
        self.id = id
        self.subject = subject
        self.member = member
        readBy = bundle.digest
        self.claims = claims
        self.request = request
        self.expiresAt = expiresAt
        self.token = token
        self.rate = TokenBucket(rate)
        self.byteRate = byteRate.map { TokenBucket($0) }
        refusals = TokenBucket(perSecond: rate.perSecond, burst: Self.refusalsMax)
        self.accounts = accounts
        nameSender()
        tellBefore(tokenExpiresAt, from: openedAt)
    }

    /// What a bundle reads out of the claims.
    func member(by bundle: Bundle) -> MemberFacts {
        if readBy == bundle.digest { return member }
        return bundle.members.member(id: member.id, name: member.name, claims: claims)
    }

    /// Remembers what a bundle reads out of the claims. Done at a session's first use after a swap:
    /// reading those of thousands at once would hold up the event loop.
    func read(by bundle: Bundle) {
        if readBy == bundle.digest { return }
        member = member(by: bundle)
        readBy = bundle.digest
    }

    /// What waited goes on: nothing is in flight that was judged before.
    func goOn() {
        isWaiting = false
        round += 1
    }

    private func nameSender() {
        var sender: [UInt8] = []
        sender.json(sender: subject, name: member.name)
        senderJSON = sender
    }

    /// Takes a message from its own allowance, then from its subject's and its address's; what a
    /// narrower one has given stays given.
    ///
    /// - Returns: 0, or the nanoseconds until it may pass.
    func takeMessage(bytes: Int, nowNs: UInt64) -> UInt64 {
        var wait = rate.take(nowNs: nowNs)
        if wait == 0, byteRate != nil { wait = byteRate!.take(bytes, nowNs: nowNs) }
        for account in accounts where wait == 0 {
            wait = account.takeMessage(bytes: bytes, nowNs: nowNs)
        }
        return wait
    }

    /// Takes one of the refusals for its rate that it is allowed.
    ///
    /// - Returns: false when there have been too many, and it has to end.
    func takeRefusal(nowNs: UInt64) -> Bool { refusals.take(nowNs: nowNs) == 0 }

    /// Goes on with a fresh token.
    func renew(
        member: MemberFacts,
        readBy bundle: Bundle,
        claims: String,
        at now: Int64,
        expiresAt: Int64,
        tokenExpiresAt: Int64,
        token: TokenMark
    ) {
        self.token = token
        self.member = member
        readBy = bundle.digest
        self.claims = claims
        self.expiresAt = expiresAt
        isToldOfExpiry = false
        nameSender()
        tellBefore(tokenExpiresAt, from: now)
    }

    /// A minute before the token expires, or halfway to that if it lives for less than two.
    private func tellBefore(_ tokenExpiresAt: Int64, from now: Int64) {
        expiringAt = max(tokenExpiresAt - Self.noticeSeconds, now + (tokenExpiresAt - now) / 2)
    }

    /// Whether its client is to be told now.
    func isExpiring(at now: Int64) -> Bool { !isToldOfExpiry && now >= expiringAt }

    private static let noticeSeconds: Int64 = 60

    /// Refusals for its rate that a session is allowed at once; its own rate of messages gives them
    /// back. More than a client sends that has not yet read the first of them.
    private static let refusalsMax = 500

    /// Proposals in flight at which reading stops, and at which it goes on again.
    package static let inFlightMax = 256
    static let inFlightResume = 64
}

/// A shard's sessions by slot; slots are used again, so a slot alone never proves identity.
package struct SessionTable {
    private var entries: [Session?] = []
    private var free: [Int] = []

    package init() {}

    package subscript(slot slot: Int) -> Session? {
        get { entries.indices.contains(slot) ? entries[slot] : nil }
        set { entries[slot] = newValue }
    }

    package var slots: [Int] { entries.indices.filter { entries[$0] != nil } }

    /// Reserves a slot for a connection whose handshake goes on.
    package mutating func reserve() -> Int {
        if let slot = free.popLast() { return slot }
        entries.append(nil)
        return entries.count - 1
    }

    /// Gives a slot back; the connection is gone.
    package mutating func release(_ slot: Int) {
        entries[slot] = nil
        free.append(slot)
    }
}
