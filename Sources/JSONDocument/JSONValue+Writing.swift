extension JSONValue {
    /// Appends the value as compact JSON text: raw UTF-8, only what must be is escaped.
    ///
    /// - Parameter replacing: text for strings by their `index`, instead of what they hold.
    package func write(into bytes: inout [UInt8], replacing: [Int: [UInt8]] = [:]) {
        switch kind {
        case .object: writeObject(&bytes, replacing)
        case .array: writeArray(&bytes, replacing)
        case .string:
            if !replacing.isEmpty, let text = replacing[index] {
                text.withUnsafeBytes { Self.write(string: $0, into: &bytes) }
            } else {
                Self.write(string: stringBytes, into: &bytes)
            }
        case .integer: bytes.append(contentsOf: String(Int64(bitPattern: numberBits)).utf8)
        case .unsigned: bytes.append(contentsOf: String(numberBits).utf8)
        case .double: bytes.append(contentsOf: "\(Double(bitPattern: numberBits))".utf8)
        case .bool: bytes.append(contentsOf: (bool == true ? "true" : "false").utf8)
        case .null: bytes.append(contentsOf: "null".utf8)
        }
    }

    private func writeObject(_ bytes: inout [UInt8], _ replacing: [Int: [UInt8]]) {
        bytes.append(UInt8(ascii: "{"))
        var place = index + 1
        let close = end - 1
        while place < close {
            if place > index + 1 { bytes.append(UInt8(ascii: ",")) }
            Self.write(string: at(place).stringBytes, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            let value = at(place + 1)
            value.write(into: &bytes, replacing: replacing)
            place = value.end
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func writeArray(_ bytes: inout [UInt8], _ replacing: [Int: [UInt8]]) {
        bytes.append(UInt8(ascii: "["))
        var place = index + 1
        let close = end - 1
        while place < close {
            if place > index + 1 { bytes.append(UInt8(ascii: ",")) }
            let value = at(place)
            value.write(into: &bytes, replacing: replacing)
            place = value.end
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Appends a JSON string with quotes and escapes (RFC 8259, section 7).
    package static func write(string: UnsafeRawBufferPointer, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for place in 0..<string.count {
            let byte = string[place]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else {
                continue
            }
            bytes.append(contentsOf: string[start..<place])
            start = place + 1
            bytes.append(UInt8(ascii: "\\"))
            switch byte {
            case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
            case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
            case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
            case 0..<0x20:
                bytes.append(contentsOf: "u00".utf8)
                bytes.append(hexDigit(byte >> 4))
                bytes.append(hexDigit(byte & 15))
            default: bytes.append(byte)
            }
        }
        bytes.append(contentsOf: string[start...])
        bytes.append(UInt8(ascii: "\""))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
