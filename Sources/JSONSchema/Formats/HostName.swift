import CUnicode

/// Names of hosts: RFC 1123, and internationalised by IDNA 2008 (RFC 5890 to 5893).
enum HostName {
    /// Letters, digits and hyphens; what begins with `xn--` must be a label of IDNA.
    static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
        guard (1...bytesMax).contains(text.count), text[text.count - 1] != UInt8(ascii: ".") else {
            return false
        }
        var cursor = ByteCursor(text)
        var isEncoded = false
        while true {
            let label = cursor.part(before: UInt8(ascii: "."))
            guard isLabel(label) else { return false }
            if isACE(label) { isEncoded = true }
            if cursor.isAtEnd { break }
        }
        return !isEncoded || isInternational(text)
    }

    private static func isLabel(_ label: UnsafeRawBufferPointer) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard (1...63).contains(label.count), label[0] != hyphen,
            label[label.count - 1] != hyphen
        else { return false }
        for byte in label where !(isLetter(byte) || isDigit(byte) || byte == hyphen) {
            return false
        }
        return true
    }

    private static func isACE(_ label: UnsafeRawBufferPointer) -> Bool {
        label.count >= 4 && label[0] | 0x20 == UInt8(ascii: "x")
            && label[1] | 0x20 == UInt8(ascii: "n") && label[2] == UInt8(ascii: "-")
            && label[3] == UInt8(ascii: "-")
    }

    /// A name with U-labels or A-labels, its labels parted by any full stop of IDNA.
    static func isInternational(_ text: UnsafeRawBufferPointer) -> Bool {
        // A scalar has four bytes at most.
        guard (1...4 * bytesMax).contains(text.count), text[text.count - 1] != UInt8(ascii: ".")
        else { return false }
        var given = ByteCursor(text)
        while let scalar = given.scalar() {
            let isLetter = scalar < 0x80 || isFullStop(scalar) || isAllowed(scalar)
            if !isLetter || given.isAtEnd && isFullStop(scalar) { return false }
        }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: bytesMax) { scalars in
            guard let base = scalars.baseAddress else { return false }
            var count: Int32 = 0
            let isName = cunicode_is_host_name(
                text.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(text.count),
                base,
                &count
            )
            // What an A-label hides is held to the same letters.
            return isName && scalars.prefix(Int(count)).allSatisfy { $0 < 0x80 || isAllowed($0) }
        }
    }

    private static func isFullStop(_ scalar: UInt32) -> Bool {
        scalar == 0x3002 || scalar == 0xFF0E || scalar == 0xFF61
    }

    /// Whether a letter beyond ASCII may stand in a label (RFC 5892), its neighbours aside.
    private static func isAllowed(_ value: UInt32) -> Bool {
        switch value {
        case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true
        case 0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x660...0x669, 0x6F0...0x6F9, 0x200C, 0x200D:
            return true
        case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
        // Jamo of old Hangul, and blocks of signs for mathematics and music.
        case 0x1100...0x11FF, 0xA960...0xA97F, 0xD7B0...0xD7FF, 0x20D0...0x20FF,
            0x1D100...0x1D24F:
            return false
        default:
            guard let properties = Unicode.Scalar(value)?.properties,
                !properties.changesWhenNFKCCaseFolded
            else { return false }
            switch properties.generalCategory {
            case .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber,
                .nonspacingMark, .spacingMark:
                return true
            default: return false
            }
        }
    }

    private static let bytesMax = cunicode_name_max
}
