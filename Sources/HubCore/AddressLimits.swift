/// What each address may ask of one shard: handshakes by a token bucket, and recorded refusals.
///
/// An IPv6 address counts by its /64, which one customer has whole. Bounded: past `addressesMax`
/// new addresses share one account.
package struct AddressLimits: Sendable {
    private struct Account {
        var handshakes: TokenBucket
        var refusalsRecorded = 0
        var refusalsCounted = 0
    }

    /// Addresses with an account of their own.
    package static let addressesMax = 1 << 16

    private let perSecond: Int
    private let burst: Int
    private let refusalsRecordedMax: Int
    private var accounts: [String: Account] = [:]

    /// - Parameters:
    ///   - perSecond: handshakes that an address may start each second.
    ///   - burst: handshakes at once.
    ///   - refusalsRecordedMax: refusals recorded one by one between two summaries.
    package init(perSecond: Int, burst: Int, refusalsRecordedMax: Int) {
        self.perSecond = perSecond
        self.burst = burst
        self.refusalsRecordedMax = refusalsRecordedMax
    }

    /// Takes a handshake from the address's bucket.
    ///
    /// - Returns: 0, or the nanoseconds until the next one may pass.
    package mutating func takeHandshake(_ address: String, nowNs: UInt64) -> UInt64 {
        let key = key(address)
        var account = accounts[key] ?? fresh
        defer { accounts[key] = account }
        return account.handshakes.take(nowNs: nowNs)
    }

    /// Counts a refusal for the next summary: a connection that was closed unheard.
    package mutating func countRefusal(_ address: String) {
        let key = key(address)
        var account = accounts[key] ?? fresh
        defer { accounts[key] = account }
        account.refusalsCounted += 1
    }

    /// Whether a refusal is recorded by itself, or only counted for the next summary.
    package mutating func recordsRefusal(_ address: String) -> Bool {
        let key = key(address)
        var account = accounts[key] ?? fresh
        defer { accounts[key] = account }
        guard account.refusalsRecorded < refusalsRecordedMax else {
            account.refusalsCounted += 1
            return false
        }
        account.refusalsRecorded += 1
        return true
    }

    /// Ends a period: what was only counted, by address; quiet addresses are forgotten.
    package mutating func summarise(nowNs: UInt64) -> [(address: String, count: Int)] {
        var summaries: [(address: String, count: Int)] = []
        for (address, account) in accounts {
            if account.refusalsCounted > 0 {
                summaries.append((address, account.refusalsCounted))
            }
            if account.handshakes.isFull(nowNs: nowNs) {
                accounts[address] = nil
            } else {
                accounts[address]?.refusalsCounted = 0
                accounts[address]?.refusalsRecorded = 0
            }
        }
        return summaries
    }

    private var fresh: Account {
        Account(handshakes: TokenBucket(perSecond: perSecond, burst: burst))
    }

    private func key(_ address: String) -> String {
        if accounts[address] != nil || accounts.count < Self.addressesMax { return address }
        return "other"
    }
}
