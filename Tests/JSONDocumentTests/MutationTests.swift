import Foundation
import JSONDocument
import Testing

/// Seeded mutations of documents: refused, or read as another parser reads them.
struct MutationTests {
    private static let documents = [
        #"{"type":"message","id":"a-1","channel":"club:demo:u14","body":{"text":"Óscar 😀"}}"#,
        #"[0,-1,2.5,1e3,9007199254740993,true,false,null,"",[],{},[[["\ud83d\ude00\u00e9\n"]]]]"#,
        #"{"a":{"b":{"c":[{"d":"\"\\\/\b\f\t"}]}},"k":1,"l":2,"m":3,"k2":[1,2,3,4,5,6,7,8,9]}"#,
    ]
    private static let words: [[UInt8]] =
        [
            "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\u0000", "{", "}", "[", "]", ",", ":", "-",
            "0", "1e400", "18446744073709551616", "-0.0", "tru", "\u{FEFF}", "\u{2028}", "\u{0}",
            "\"k\":1,", "/*", " \t\r\n", "é",
        ].map { Array($0.utf8) } + [
            [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xFF], [0xF4, 0x90, 0x80, 0x80],
        ]

    @Test(
        "a mutated document is refused, or means to another parser what is written back",
        .timeLimit(.minutes(2)),
        arguments: 0..<3
    )
    func mutations(number: Int) throws {
        var random = SeededRandom(state: UInt64(number) + 7)
        let turns = Int(ProcessInfo.processInfo.environment["TOUCHLINE_MUTATIONS"] ?? "") ?? 3_000
        let parser = JSONParser(depthMax: 16)
        var read = 0
        for turn in 0..<turns {
            let text = Self.mutated(Array(Self.documents[number].utf8), &random)
            var written: [UInt8] = []
            let isRead = text.withUnsafeBytes { bytes in
                guard case .value(let value) = parser.parse(bytes) else { return false }
                value.write(into: &written)
                return true
            }
            guard isRead else { continue }
            read += 1
            let shown = String(decoding: text, as: UTF8.self)
            let theirs = try? JSONSerialization.jsonObject(
                with: Data(text),
                options: .fragmentsAllowed
            )
            let back = try? JSONSerialization.jsonObject(
                with: Data(written),
                options: .fragmentsAllowed
            )
            #expect(theirs != nil, "turn \(turn): \(shown)")
            #expect(theirs as? NSObject == back as? NSObject, "turn \(turn): \(shown)")
        }
        #expect(read > turns / 50, "the mutations are too wild")
        #expect(read < turns / 2, "the mutations are too tame")
    }

    private static func mutated(_ text: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = text
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...10, using: &random))
            let word = words.randomElement(using: &random) ?? []
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 2: bytes.insert(contentsOf: word, at: place)
            case 3: bytes[place] = UInt8.random(in: 0...255, using: &random)
            default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return bytes
    }
}
