import CUnicode

/// Of the spellings that mean the same characters (UAX #15), the one that programs take for a name.
package enum ComposedForm {
    /// Whether a text is in NFC. Two such texts are equal as strings when their bytes are.
    ///
    /// False for more than 256 bytes that are not all ASCII.
    package static func holds(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { utf8 in
            if utf8.allSatisfy({ $0 < 0x80 }) { return true }
            guard utf8.count <= cunicode_nfc_max else { return false }
            return utf8.withMemoryRebound(to: CChar.self) {
                cunicode_is_nfc($0.baseAddress, Int32($0.count))
            }
        }
    }
}
