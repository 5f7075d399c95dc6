import Glibc

/// Finds bytes within bytes, in linear time.
enum ByteSearch {
    /// The first place of a part, or nil; nothing is found at 0.
    static func first(_ part: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> Int? {
        guard part.count > 0 else { return 0 }
        guard part.count <= text.count, let base = text.baseAddress, let sought = part.baseAddress
        else { return nil }
        if part.count > shortMax { return firstLong(part, in: text) }
        let last = text.count - part.count
        var place = 0
        while place <= last,
            let found = memchr(base + place, Int32(part[0]), last - place + 1)
        {
            place = base.distance(to: UnsafeRawPointer(found))
            if memcmp(base + place, sought, part.count) == 0 { return place }
            place += 1
        }
        return nil
    }

    /// Knuth, Morris and Pratt: no byte of the text is looked at twice.
    private static func firstLong(
        _ part: UnsafeRawBufferPointer,
        in text: UnsafeRawBufferPointer
    ) -> Int? {
        var borders = [Int](repeating: 0, count: part.count)
        var length = 0
        for index in 1..<part.count {
            while length > 0, part[index] != part[length] { length = borders[length - 1] }
            if part[index] == part[length] { length += 1 }
            borders[index] = length
        }
        length = 0
        for index in 0..<text.count {
            while length > 0, text[index] != part[length] { length = borders[length - 1] }
            if text[index] == part[length] { length += 1 }
            if length == part.count { return index - length + 1 }
        }
        return nil
    }

    /// Up to here the plain search looks at each byte this often at most.
    private static let shortMax = 32
}
