package import AuditLog

/// The accounts of all subjects, addresses and channels, one for all shards.
///
/// Asked when a session begins or a channel is first written to; on a message's way only the accounts
/// themselves are.
package final class Accounts: Sendable {
    package let limits: RateLimits
    /// What `welcome` tells of the limits.
    let welcomeJSON: [UInt8]
    private let subjects: AccountTable<UUID16>
    private let addresses: AccountTable<String>
    private let channels: AccountTable<Int>

    /// Accounts of each kind: about 15 MB when full, and more members than a hub holds at once.
    package static let accountsMax = 1 << 16

    package init(_ limits: RateLimits, accountsMax: Int = Accounts.accountsMax) {
        self.limits = limits
        welcomeJSON = limits.json
        subjects = AccountTable(limits.subject, accountsMax: accountsMax)
        addresses = AccountTable(limits.address, accountsMax: accountsMax)
        channels = AccountTable(limits.channel, accountsMax: accountsMax)
    }

    /// - Parameter address: its `limitKey`.
    package func takeConnection(address: String, nowNs: UInt64) -> UInt64 {
        guard limits.address.connections != nil else { return 0 }
        return addresses.account(address, nowNs: nowNs).takeConnection(nowNs: nowNs)
    }

    /// - Parameter address: its `limitKey`.
    package func takeHandshake(address: String, nowNs: UInt64) -> UInt64 {
        guard limits.address.handshakes != nil else { return 0 }
        return addresses.account(address, nowNs: nowNs).takeHandshake(nowNs: nowNs)
    }

    package func takeHandshake(subject: UUID16, nowNs: UInt64) -> UInt64 {
        guard limits.subject.handshakes != nil else { return 0 }
        return subjects.account(subject, nowNs: nowNs).takeHandshake(nowNs: nowNs)
    }

    /// The accounts that a session's messages are taken from; none where none has a limit.
    ///
    /// - Parameter address: as text, `RequestFacts.address`.
    package func ofSession(subject: UUID16, address: String, nowNs: UInt64) -> [Account] {
        var accounts: [Account] = []
        if limits.subject.limitsMessages {
            accounts.append(subjects.account(subject, nowNs: nowNs))
        }
        if limits.address.limitsMessages {
            let key = NetworkAddress(parsing: address)?.limitKey ?? address
            accounts.append(addresses.account(key, nowNs: nowNs))
        }
        return accounts
    }

    /// - Parameter index: the ledger's.
    package func ofChannel(_ index: Int, nowNs: UInt64) -> Account? {
        limits.channel.limitsMessages ? channels.account(index, nowNs: nowNs) : nil
    }

    /// Accounts in memory, of all kinds.
    package var count: Int { subjects.count + addresses.count + channels.count }
}
