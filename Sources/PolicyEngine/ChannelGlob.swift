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

extension ChannelGlob {
    /// Whether every name that matches `other` matches this one too.
    func contains(_ other: ChannelGlob) -> Bool {
        // Only a star matches a star.
        matches(other.source)
    }

    /// Whether there is a name that matches both.
    func meets(_ other: ChannelGlob) -> Bool {
        let star = UInt8(ascii: "*")
        // reach[j]: the part of self so far and the first j bytes of other can be one text.
        var reach = [Bool](repeating: false, count: other.bytes.count + 1)
        reach[0] = true
        for j in other.bytes.indices { reach[j + 1] = reach[j] && other.bytes[j] == star }
        for byte in bytes {
            var next = [Bool](repeating: false, count: reach.count)
            next[0] = reach[0] && byte == star
            for j in other.bytes.indices {
                let isEither = byte == star || other.bytes[j] == star
                next[j + 1] =
                    isEither ? reach[j + 1] || next[j] : reach[j] && byte == other.bytes[j]
            }
            reach = next
        }
        return reach[other.bytes.count]
    }
}
