import CUnicode

/// What a character beyond ASCII looks like (UTS #39), ASCII where that can be.
struct Lookalikes: @unchecked Sendable {
    /// Never written after it was opened: ICU shares it between threads.
    private let checker: OpaquePointer

    static let shared = Lookalikes()

    private init() {
        guard let checker = cunicode_open_checker() else {
            preconditionFailure("ICU has no data on confusable characters: is libicu complete?")
        }
        self.checker = checker
    }

    /// The characters that `scalar`, beyond ASCII, looks like; accents are left out.
    ///
    /// Unicode's skeletons have one `l` for `I`, `l` and `1`, one `O` for `O` and `0`, and `rn` for
    /// `m`. Which of them is meant, the character's own category tells.
    func of(_ scalar: UInt32) -> [UInt32] {
        let digit = cunicode_digit(scalar)
        if digit >= 0 { return [UInt32(digit) + 0x30] }
        if let letter = Self.smallCapitals[scalar] ?? Self.letterInFrame(scalar) { return [letter] }
        var skeleton = [UInt32](repeating: 0, count: Int(cunicode_result_max))
        let count = skeleton.withUnsafeMutableBufferPointer {
            cunicode_skeleton(checker, scalar, $0.baseAddress)
        }
        guard count > 0 else { return [scalar] }
        let bare = skeleton[..<Int(count)].filter { !Self.isAccent($0) }
        if bare.isEmpty { return Self.isAccent(scalar) ? [] : [scalar] }
        let isUpper = cunicode_category(scalar) & cunicode_uppercase() != 0
        if bare == [Self.l] { return [isUpper ? Self.capitalI : Self.l] }
        return Self.withoutRN(bare).map { Self.smallCapitals[$0] ?? $0 }
    }

    /// Whether a mark is one that is put on letters of any script, so that a reader sees past it.
    static func isAccent(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x300...0x36F, 0x483...0x489, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF,
            0xFE20...0xFE2F:
            true
        default: false
        }
    }

    /// White letters in black circles and squares, which Unicode gives no decomposition.
    private static func letterInFrame(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0x1F150...0x1F169: scalar - 0x1F150 + 0x61
        case 0x1F170...0x1F189: scalar - 0x1F170 + 0x61
        default: nil
        }
    }

    private static func withoutRN(_ skeleton: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        for scalar in skeleton {
            if scalar == n, result.last == r {
                result[result.count - 1] = m
            } else {
                result.append(scalar)
            }
        }
        return result
    }

    private static let l = UInt32(UInt8(ascii: "l"))
    private static let capitalI = UInt32(UInt8(ascii: "I"))
    private static let r = UInt32(UInt8(ascii: "r"))
    private static let n = UInt32(UInt8(ascii: "n"))
    private static let m = UInt32(UInt8(ascii: "m"))

    /// Small capitals, which small Cyrillic letters look like and fancy texts are written in.
    private static let smallCapitals: [UInt32: UInt32] = {
        let pairs = zip(
            "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋĸʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ".unicodeScalars,
            "abcdefghijkklmnopqrstuvwyz".utf8
        )
        return Dictionary(uniqueKeysWithValues: pairs.map { ($0.value, UInt32($1)) })
    }()
}
