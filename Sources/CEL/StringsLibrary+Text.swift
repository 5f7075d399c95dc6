extension String {
    /// The byte at which a part starts, at or behind a byte, or nil.
    private func bytePlace(of part: String, from start: Int) -> Int? {
        withBytes { text in
            part.withBytes { part in
                guard start <= text.count else { return nil }
                let rest = UnsafeRawBufferPointer(rebasing: text[start...])
                return ByteSearch.first(part, in: rest).map { $0 + start }
            }
        }
    }

    /// The byte at which the scalar of a place starts.
    private func byte(ofScalar place: Int) -> Int {
        let scalars = unicodeScalars
        let index = scalars.index(scalars.startIndex, offsetBy: place)
        return utf8.distance(from: startIndex, to: index)
    }

    private func scalar(ofByte byte: Int) -> Int64 {
        Int64(utf8.prefix(byte).count { $0 & 0xC0 != 0x80 })
    }

    /// The first place of a part, at or behind a place, or -1.
    func place(of part: String, from start: Int) -> Int64 {
        bytePlace(of: part, from: byte(ofScalar: start)).map(scalar) ?? -1
    }

    /// The last place of a part, at or before a place, or -1.
    func lastPlace(of part: String, from start: Int?) -> Int64 {
        let limit = start.map(byte) ?? utf8.count
        if part.isEmpty { return scalar(ofByte: limit) }
        // The same search from the end, over both texts turned around.
        let window = Array(utf8.prefix(limit + part.utf8.count).reversed())
        let sought = Array(part.utf8.reversed())
        let found: Int? = window.withUnsafeBytes { window in
            sought.withUnsafeBytes { ByteSearch.first($0, in: window) }
        }
        return found.map { scalar(ofByte: window.count - $0 - sought.count) } ?? -1
    }

    /// The text with the letters of one ASCII case in the other.
    func mapASCII(_ letters: ClosedRange<UInt8>) -> String {
        String(decoding: utf8.map { letters ~= $0 ? $0 ^ 0x20 : $0 }, as: UTF8.self)
    }

    /// Replaces the first `max` occurrences from the left; all when it is negative.
    func replacing(_ part: String, _ other: String, max: Int) throws(Fault) -> String {
        let bytes = Array(utf8)
        var result: [UInt8] = []
        var rest = 0
        var search = 0
        var left = max
        while left != 0, let found = bytePlace(of: part, from: search) {
            result += bytes[rest..<found]
            result += other.utf8
            try Fault.limit(result.count)
            rest = found + part.utf8.count
            search = rest
            if part.isEmpty {
                // Nothing stands before each character, and behind the last.
                guard found < bytes.count else { break }
                search = found + 1
                while search < bytes.count, bytes[search] & 0xC0 == 0x80 { search += 1 }
            }
            left -= 1
        }
        result += bytes[rest...]
        try Fault.limit(result.count)
        return String(decoding: result, as: UTF8.self)
    }

    /// Splits at a separator into at most `max` parts; without bound when it is negative.
    func split(by separator: String, max: Int) throws(Fault) -> [Value] {
        if max == 0 { return [] }
        if separator.isEmpty {
            let scalars = unicodeScalars
            let whole = max < 0 || scalars.count <= max ? scalars.count : max - 1
            let parts = scalars.prefix(whole).map { Value.string(String($0)) }
            let rest = String(scalars.dropFirst(whole))
            return rest.isEmpty ? parts : parts + [.string(rest)]
        }
        let bytes = Array(utf8)
        var parts: [Value] = []
        var rest = 0
        while max < 0 || parts.count < max - 1,
            let found = bytePlace(of: separator, from: rest)
        {
            parts.append(.string(String(decoding: bytes[rest..<found], as: UTF8.self)))
            rest = found + separator.utf8.count
        }
        return parts + [.string(String(decoding: bytes[rest...], as: UTF8.self))]
    }

    /// The text without Unicode's white space at both ends.
    var trimmed: String {
        let scalars = unicodeScalars.drop(while: \.properties.isWhitespace)
        guard let end = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(scalars[...end])
    }

    /// The text in double quotes, with escapes for what can't stand in them.
    var quoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 7: result += "\\a"
            case 8: result += "\\b"
            case 9: result += "\\t"
            case 10: result += "\\n"
            case 11: result += "\\v"
            case 12: result += "\\f"
            case 13: result += "\\r"
            case 34: result += "\\\""
            case 92: result += "\\\\"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
