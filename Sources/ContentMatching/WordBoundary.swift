/// Whether a span of a text stands as a word of its own: Unicode's letters and digits count.
///
/// A combining mark belongs to the character before it, so it neither hides a word nor makes one.
/// Scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) have a boundary
/// everywhere.
package enum WordBoundary {
    /// Whether neither edge of `span` cuts a word. `text` is valid UTF-8, `span` cuts no character.
    package static func surrounds(_ span: Span, in text: UnsafeRawBufferPointer) -> Bool {
        guard span.start < span.end else { return false }
        return !joins(
            baseBefore(span.start, in: text),
            scalar(at: span.start, in: text)
        ) && !joins(baseBefore(span.end, in: text), baseAfter(span.end, in: text))
    }

    /// The end of the characters that `end` cuts: past combining marks and joiners that follow it.
    package static func pastMarks(_ end: Int, in text: UnsafeRawBufferPointer) -> Int {
        var end = end
        while let next = scalar(at: end, in: text), isMark(next) {
            end += UTF8.width(next)
        }
        return end
    }

    private static func joins(_ left: Unicode.Scalar?, _ right: Unicode.Scalar?) -> Bool {
        guard let left, let right else { return false }
        return isWord(left) && isWord(right) && !(isUnspaced(left) || isUnspaced(right))
    }

    private static func baseBefore(
        _ offset: Int,
        in text: UnsafeRawBufferPointer
    ) -> Unicode.Scalar? {
        var offset = offset
        while offset > 0 {
            offset -= 1
            while offset > 0, text[offset] & 0xC0 == 0x80 { offset -= 1 }
            guard let scalar = scalar(at: offset, in: text), isMark(scalar) else {
                return scalar(at: offset, in: text)
            }
        }
        return nil
    }

    private static func baseAfter(
        _ offset: Int,
        in text: UnsafeRawBufferPointer
    ) -> Unicode.Scalar? {
        scalar(at: pastMarks(offset, in: text), in: text)
    }

    private static func scalar(
        at offset: Int,
        in text: UnsafeRawBufferPointer
    ) -> Unicode.Scalar? {
        guard offset < text.count else { return nil }
        let lead = text[offset]
        if lead < 0x80 { return Unicode.Scalar(lead) }
        let width = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard offset + width <= text.count else { return nil }
        var value = UInt32(lead) & (0xFF >> UInt32(width + 1))
        for index in offset + 1..<offset + width {
            value = value << 6 | UInt32(text[index] & 0x3F)
        }
        return Unicode.Scalar(value)
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x300 else { return false }
        if scalar.value == 0x200D { return true }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        isUnspaced(scalar.value)
    }

    /// Whether a scalar is of a script that is written without spaces.
    static func isUnspaced(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3040...0x30FF,
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
