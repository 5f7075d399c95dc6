import Synchronization

/// What one subject, address or channel may still do, for all shards: its sessions hold it, so that a
/// message costs a lock that nearly nobody else asks for, and no look-up.
package final class Account: Sendable {
    private struct Buckets {
        var connections: TokenBucket?
        var handshakes: TokenBucket?
        var messages: TokenBucket?
        var bytes: TokenBucket?
    }

    private let buckets: Mutex<Buckets>

    init(_ scope: RateLimits.Scope) {
        buckets = Mutex(
            Buckets(
                connections: scope.connections.map { TokenBucket($0) },
                handshakes: scope.handshakes.map { TokenBucket($0) },
                messages: scope.messages.map { TokenBucket($0) },
                bytes: scope.bytes.map { TokenBucket($0) }
            )
        )
    }

    /// - Returns: 0, or the nanoseconds until a connection may be accepted.
    package func takeConnection(nowNs: UInt64) -> UInt64 {
        buckets.withLock { $0.connections?.take(nowNs: nowNs) ?? 0 }
    }

    /// - Returns: 0, or the nanoseconds until a handshake may pass.
    package func takeHandshake(nowNs: UInt64) -> UInt64 {
        buckets.withLock { $0.handshakes?.take(nowNs: nowNs) ?? 0 }
    }

    /// Takes a message and its bytes, or neither.
    ///
    /// - Returns: 0, or the nanoseconds until it may pass.
    package func takeMessage(bytes: Int, nowNs: UInt64) -> UInt64 {
        buckets.withLock { buckets in
            let wait = max(
                buckets.messages?.wait(1, nowNs: nowNs) ?? 0,
                buckets.bytes?.wait(bytes, nowNs: nowNs) ?? 0
            )
            guard wait == 0 else { return wait }
            _ = buckets.messages?.take(nowNs: nowNs)
            _ = buckets.bytes?.take(bytes, nowNs: nowNs)
            return 0
        }
    }

    func isFull(nowNs: UInt64) -> Bool {
        buckets.withLock { buckets in
            [buckets.connections, buckets.handshakes, buckets.messages, buckets.bytes]
                .allSatisfy { $0?.isFull(nowNs: nowNs) ?? true }
        }
    }
}

/// The accounts of one kind, by key. Bounded: past `accountsMax`, those that nobody holds and that
/// have everything back are forgotten; where that is none, who is new shares one account.
final class AccountTable<Key: Hashable & Sendable>: Sendable {
    private struct Table {
        var accounts: [Key: Account] = [:]
        var sweptNs: UInt64 = 0
    }

    private let scope: RateLimits.Scope
    private let accountsMax: Int
    private let table = Mutex(Table())
    private let others: Account

    init(_ scope: RateLimits.Scope, accountsMax: Int) {
        self.scope = scope
        self.accountsMax = accountsMax
        others = Account(scope)
    }

    /// The key's account; a new one has everything.
    func account(_ key: Key, nowNs: UInt64) -> Account {
        table.withLock { table in
            if let account = table.accounts[key] { return account }
            // A full table is looked through once a second, however many come.
            if table.accounts.count >= accountsMax, nowNs >= table.sweptNs + 1_000_000_000 {
                table.sweptNs = nowNs
                Self.sweep(&table.accounts, nowNs: nowNs)
            }
            guard table.accounts.count < accountsMax else { return others }
            let account = Account(scope)
            table.accounts[key] = account
            return account
        }
    }

    var count: Int { table.withLock { $0.accounts.count } }

    private static func sweep(_ accounts: inout [Key: Account], nowNs: UInt64) {
        for key in Array(accounts.keys) {
            guard var account = accounts.removeValue(forKey: key) else { continue }
            let isHeld = !isKnownUniquelyReferenced(&account)
            if isHeld || !account.isFull(nowNs: nowNs) { accounts[key] = account }
        }
    }
}
