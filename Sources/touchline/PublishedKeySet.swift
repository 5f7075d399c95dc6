import Handshake

/// What is known of a key set that an issuer publishes, and when it is fetched next.
struct PublishedKeySet: Sendable {
    typealias Time = ContinuousClock.Instant

    let issuer: String
    let address: Configuration.KeyAddress
    /// Of the newest good set; empty until there is one.
    private(set) var keys: [VerificationKey] = []
    private(set) var skipped: [JSONWebKey.Skipped] = []
    /// When the newest good set came; nil until there is one.
    private(set) var goodAt: Time?
    /// Why the last fetch brought no good set; nil when it did.
    private(set) var problem: String?
    /// Whether a fetch has ended, with whatever.
    private(set) var isTried = false
    private var dueAt: Time
    private var isFetching = false
    /// Whether someone asked while a fetch was under way, which may have looked too early.
    private var isAskedAgain = false
    private var askedAt: Time?
    private var failures = 0

    init(issuer: String, address: Configuration.KeyAddress, at now: Time) {
        self.issuer = issuer
        self.address = address
        dueAt = now
    }

    /// Begins a fetch if one is due: `take` or `fail` must follow.
    mutating func begin(at now: Time) -> Bool {
        guard !isFetching, now >= dueAt else { return false }
        isFetching = true
        return true
    }

    /// A token named a key that is not here: has the set fetched now, once a minute at most.
    mutating func ask(at now: Time) {
        if let askedAt, now < askedAt + Self.askedMin { return }
        askedAt = now
        demand(at: now)
    }

    /// Has the set fetched now.
    mutating func demand(at now: Time) {
        if isFetching { isAskedAgain = true } else { dueAt = min(dueAt, now) }
    }

    /// A fetch has brought a good set.
    ///
    /// - Parameter maxAge: how long the publisher says that it is fresh; nil when it doesn't.
    mutating func take(_ set: JSONWebKey.Set, maxAge: Duration?, at now: Time) {
        (keys, skipped, goodAt, problem, failures) = (set.keys, set.skipped, now, nil, 0)
        end(nextAfter: min(max(maxAge ?? Self.freshPreset, Self.freshMin), Self.freshMax), at: now)
    }

    /// A fetch has brought no good set: the keys that were good stay.
    mutating func fail(_ problem: String, at now: Time) {
        self.problem = problem
        let pause = min(Self.retryMin * (1 << min(failures, 8)), Self.retryMax)
        failures += 1
        end(nextAfter: pause, at: now)
    }

    private mutating func end(nextAfter pause: Duration, at now: Time) {
        dueAt = isAskedAgain ? now : now + pause
        (isFetching, isAskedAgain, isTried) = (false, false, true)
    }

    /// What an operator should look at; nil while all is well.
    func warning(at now: Time) -> String? {
        guard let problem else {
            guard goodAt == nil else { return nil }
            return "The keys of \(issuer) have not been fetched yet: its tokens are refused."
        }
        let rest =
            goodAt.map { "the last good ones serve, \((now - $0).components.seconds) s old" }
            ?? "there are none yet, its tokens are refused"
        return "The keys of \(issuer) could not be fetched, \(rest): \(problem)"
    }

    /// An issuer that withdraws a key waits this long at most, one that rotates publishes ahead.
    private static let freshPreset = Duration.seconds(600)
    private static let freshMin = Duration.seconds(60)
    private static let freshMax = Duration.seconds(3600)
    /// Strangers can name keys that don't exist: the issuer is not to suffer from it.
    private static let askedMin = Duration.seconds(60)
    private static let retryMin = Duration.seconds(5)
    private static let retryMax = Duration.seconds(60)
}
