import Yams

extension YAMLNode {
    /// The value as JSON text: plain scalars that read as numbers, booleans or null are those, all
    /// others are strings (YAML 1.2 §10.2).
    var json: [UInt8] {
        var text: [UInt8] = []
        append(to: &text)
        return text
    }

    private func append(to text: inout [UInt8]) {
        if let entries = isMapping ? entries() : nil {
            text.append(UInt8(ascii: "{"))
            for (index, entry) in entries.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text.append(jsonString: entry.name)
                text.append(UInt8(ascii: ":"))
                entry.value.append(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        } else if let items = isSequence ? items(countMax: .max) : nil {
            text.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                item.append(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        } else if isPlain, let scalar, Self.isBare(scalar) {
            text += Array(scalar.utf8)
        } else {
            text.append(jsonString: scalar ?? "")
        }
    }

    /// Whether a plain scalar is a number, boolean or null of JSON.
    private static func isBare(_ scalar: String) -> Bool {
        if ["true", "false", "null"].contains(scalar) { return true }
        return scalar.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
    }
}

extension [UInt8] {
    /// Appends a string as JSON (RFC 8259 §7).
    mutating func append(jsonString string: String) {
        append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): self += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                let hex = Array("0123456789abcdef".utf8)
                self += Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
