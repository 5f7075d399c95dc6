/// What ECMA-262 calls a property of characters, in RE2's words.
struct UnicodeProperty {
    /// What may stand within RE2's brackets.
    let set: String
    let complement: String

    /// The property of `\p{name}`; nil when RE2 has none such.
    static func re2(_ name: String) -> UnicodeProperty? {
        let parts = name.split(separator: "=", omittingEmptySubsequences: false)
        if parts.count == 2 {
            switch parts[0] {
            case "General_Category", "gc": return category(String(parts[1]))
            // RE2 knows scripts, not their extensions, which differ in few characters.
            case "Script", "sc", "Script_Extensions", "scx": return script(String(parts[1]))
            default: return nil
            }
        }
        switch name {
        case "Any": return UnicodeProperty(set: #"\x{0}-\x{10ffff}"#, complement: #"\P{Any}"#)
        case "ASCII":
            return UnicodeProperty(set: #"\x{0}-\x{7f}"#, complement: #"\x{80}-\x{10ffff}"#)
        case "White_Space", "space":
            let set =
                #"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}"#
                + #"\x{205f}\x{3000}"#
            let complement =
                #"\x{0}-\x{8}\x{e}-\x{1f}!-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}"#
                + #"\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e}"#
                + #"\x{2060}-\x{2fff}\x{3001}-\x{10ffff}"#
            return UnicodeProperty(set: set, complement: complement)
        default: return category(name)
        }
    }

    private static func category(_ name: String) -> UnicodeProperty? {
        let short = categories[name] ?? name
        guard categories.values.contains(short) else { return nil }
        return UnicodeProperty(set: #"\p{\#(short)}"#, complement: #"\P{\#(short)}"#)
    }

    private static func script(_ name: String) -> UnicodeProperty? {
        let name = scripts[name] ?? name
        guard let known = try? Pattern(re2: #"\p{\#(name)}"#) else { return nil }
        known.free()
        return UnicodeProperty(set: #"\p{\#(name)}"#, complement: #"\P{\#(name)}"#)
    }

    /// General categories by their long names, as in PropertyValueAliases.txt; RE2 knows no `Cn`.
    private static let categories: [String: String] = [
        "Letter": "L", "Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll",
        "Titlecase_Letter": "Lt", "Modifier_Letter": "Lm", "Other_Letter": "Lo",
        "Mark": "M", "Combining_Mark": "M", "Nonspacing_Mark": "Mn", "Spacing_Mark": "Mc",
        "Enclosing_Mark": "Me", "Number": "N", "Decimal_Number": "Nd", "digit": "Nd",
        "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P", "punct": "P",
        "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd", "Open_Punctuation": "Ps",
        "Close_Punctuation": "Pe", "Initial_Punctuation": "Pi", "Final_Punctuation": "Pf",
        "Other_Punctuation": "Po", "Symbol": "S", "Math_Symbol": "Sm", "Currency_Symbol": "Sc",
        "Modifier_Symbol": "Sk", "Other_Symbol": "So", "Separator": "Z", "Space_Separator": "Zs",
        "Line_Separator": "Zl", "Paragraph_Separator": "Zp", "Other": "C", "Control": "Cc",
        "cntrl": "Cc", "Format": "Cf", "Private_Use": "Co",
    ]

    /// The short names of the scripts that people here are likeliest to write.
    private static let scripts = [
        "Latn": "Latin", "Grek": "Greek", "Cyrl": "Cyrillic", "Arab": "Arabic", "Hebr": "Hebrew",
        "Hani": "Han", "Hira": "Hiragana", "Kana": "Katakana", "Hang": "Hangul",
        "Deva": "Devanagari", "Thai": "Thai", "Armn": "Armenian", "Geor": "Georgian",
        "Zyyy": "Common", "Zinh": "Inherited",
    ]
}
