/// Other people's text, made harmless for a terminal.
enum SafeText {
    /// The text on one line, without anything that moves the cursor, colours, reorders or hides:
    /// line breaks become ` ⏎ `, controls and direction marks `�`.
    static func line(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                result.append(contentsOf: " ⏎ ".unicodeScalars)
            case "\t": result.append(" ")
            case _ where isHarmful(scalar): result.append("\u{FFFD}")
            default: result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // C0, DEL and C1 controls.
        case 0x00...0x1F, 0x7F...0x9F: true
        // Marks, embeddings, overrides and isolates of direction (UAX #9).
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
