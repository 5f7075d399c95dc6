/// What people write for letters and digits.
///
/// Written down here from what is seen in chats and in Unicode's list of confusable characters
/// (UTS #39), not taken from the folds, which are tried by it.
enum DisguisedLetters {
    /// Characters that look like one; empty when none is known.
    static func confusables(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let styled = styles.compactMap { $0.scalar(for: scalar) }
        return styled.isEmpty ? [] : styled + (lookalikes[scalar] ?? [])
    }

    /// Digits and signs for a letter; empty when there is none.
    static func leet(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        leetSigns[scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar] ?? []
    }

    /// Characters that aren't seen: zero-width ones, joiners, a soft hyphen, a variation selector, a
    /// grapheme joiner, a tag.
    static let invisible: [Unicode.Scalar] = [
        "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{FE0F}", "\u{34F}",
        "\u{2063}", "\u{E0061}",
    ]

    /// Alphabets of other forms, which begin at these scalars; 0 where there are none.
    private struct Style {
        let capitals: UInt32
        let smalls: UInt32
        let digits: UInt32

        func scalar(for scalar: Unicode.Scalar) -> Unicode.Scalar? {
            let (start, offset): (UInt32, UInt32) =
                switch scalar {
                case "A"..."Z": (capitals, scalar.value - 0x41)
                case "a"..."z": (smalls, scalar.value - 0x61)
                case "0"..."9": (digits, scalar.value - 0x30)
                default: (0, 0)
                }
            return start == 0 ? nil : Unicode.Scalar(start + offset)
        }
    }

    private static let styles = [
        // Full width, bold, sans-serif, monospace.
        Style(capitals: 0xFF21, smalls: 0xFF41, digits: 0xFF10),
        Style(capitals: 0x1D400, smalls: 0x1D41A, digits: 0x1D7CE),
        Style(capitals: 0x1D5A0, smalls: 0x1D5BA, digits: 0x1D7E2),
        Style(capitals: 0x1D670, smalls: 0x1D68A, digits: 0x1D7F6),
        // Letters in circles.
        Style(capitals: 0x24B6, smalls: 0x24D0, digits: 0),
    ]

    /// Latin letters of other kinds, Cyrillic, Greek and Armenian ones; letters with accents.
    private static let lookalikes = table([
        "aаɑαáâäå", "bЬƅḃ", "cсϲçć", "dԁďḋ", "eеёéêë", "fḟ", "gɡğġ", "hһĥ", "iіιíïı", "jјϳ", "kкκķ",
        "lⅼӏĺł", "mⅿṁ", "nոñń", "oоοօöóø", "pрρṗ", "qԛ", "rгŕř", "sѕśş", "tţť", "uυսüúù", "vνѵ",
        "wԝŵ", "xхⅹ", "yуýÿ", "zᴢžż", "AАΑÁÄ", "BВΒ", "CСÇ", "EЕΕÉ", "HНΗ", "IІΙÍ", "JЈ", "KКΚ",
        "MМΜ", "NΝÑ", "OОΟÖÓ", "PРΡ", "SЅŞ", "TТΤ", "UÜÚ", "XХΧ", "YҮΥ", "ZΖŽ",
    ])

    private static let leetSigns = table([
        "a4@", "b8", "e3", "g96", "i1!", "l1|", "o0", "s5$", "t7+", "z2",
    ])

    private static func table(_ rows: [String]) -> [Unicode.Scalar: [Unicode.Scalar]] {
        var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
        for row in rows {
            guard let letter = row.unicodeScalars.first else { continue }
            table[letter] = Array(row.unicodeScalars.dropFirst())
        }
        return table
    }
}
