/// A bundle's digest, as people read and write it.
struct Digest: Hashable {
    /// 32 bytes.
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var hex: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The first digits: enough to tell bundles apart.
    var short: String { String(hex.prefix(12)) }
}
