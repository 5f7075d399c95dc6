/// A pattern of channel names, in which `*` stands for any run of characters, also none.
package struct ChannelGlob: Hashable, Sendable {
    package let source: String
    private let bytes: [UInt8]

    package init(_ source: String) {
        self.source = source
        bytes = Array(source.utf8)
    }

    /// Whether the whole of `name` matches; allocates nothing for a native string.
    package func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8(matches)
    }

    private func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = 0
        var inGlob = 0
        // Where to go on from when what follows the last star doesn't fit.
        var star = -1
        var afterStar = 0
        while at < name.count {
            if inGlob < bytes.count, bytes[inGlob] == UInt8(ascii: "*") {
                star = inGlob
                afterStar = at
                inGlob += 1
            } else if inGlob < bytes.count, bytes[inGlob] == name[at] {
                inGlob += 1
                at += 1
            } else if star >= 0 {
                inGlob = star + 1
                afterStar += 1
                at = afterStar
            } else {
                return false
            }
        }
        return bytes[inGlob...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
