/// Which refusals of an address are recorded one by one, and which only counted into a summary.
///
/// An IPv6 address counts by its /64, which one customer has whole. Bounded: past `addressesMax`
/// new addresses share one entry.
package struct RefusalTally: Sendable {
    private struct Entry {
        var recorded = 0
        var counted = 0
    }

    /// Addresses with an entry of their own.
    package static let addressesMax = 1 << 16

    private let recordedMax: Int
    private var entries: [String: Entry] = [:]

    /// - Parameter recordedMax: refusals recorded one by one between two summaries.
    package init(recordedMax: Int) {
        self.recordedMax = recordedMax
    }

    /// Counts a refusal for the next summary: a connection that was closed unheard.
    package mutating func count(_ address: String) {
        entries[key(address), default: Entry()].counted += 1
    }

    /// Whether a refusal is recorded by itself, or only counted for the next summary.
    package mutating func records(_ address: String) -> Bool {
        let key = key(address)
        var entry = entries[key] ?? Entry()
        defer { entries[key] = entry }
        guard entry.recorded < recordedMax else {
            entry.counted += 1
            return false
        }
        entry.recorded += 1
        return true
    }

    /// Ends a period: what was only counted, by address; then all is forgotten.
    package mutating func summarise() -> [(address: String, count: Int)] {
        defer { entries = [:] }
        return entries.compactMap { $0.value.counted > 0 ? ($0.key, $0.value.counted) : nil }
    }

    private func key(_ address: String) -> String {
        entries[address] != nil || entries.count < Self.addressesMax ? address : "other"
    }
}
