import Foundation
import JSONDocument
import Testing

@Suite("Parsed JSON")
struct JSONParserTests {
    private func refusal(_ text: [UInt8], depthMax: Int = 32) -> JSONRefusal? {
        let parser = JSONParser(depthMax: depthMax)
        return text.withUnsafeBytes {
            if case .refused(let refusal) = parser.parse($0) { refusal } else { nil }
        }
    }

    @Test(
        "what two parsers could read differently is refused",
        arguments: [
            (#"{"a":1,"a":2}"#, JSONRefusal.duplicateKey),
            (#"{"a":1,"\u0061":2}"#, .duplicateKey),
            (#"{"x":{"b":[{"c":1,"c":1}]}}"#, .duplicateKey),
            (#"{"a":"\u0000"}"#, .nulCharacter),
            (#"{"\u0000":1}"#, .nulCharacter),
            (#"{"a":"\ud800"}"#, .syntax),
            (#"{"a":123456789012345678901234567890}"#, .number),
            ("[1,]", .syntax), ("{\"a\":1} x", .syntax), ("", .syntax), ("nul", .syntax),
        ]
    )
    func refused(text: String, expected: JSONRefusal) {
        let got = refusal(Array(text.utf8))
        #expect(got != nil)
        if expected != .syntax, expected != .number { #expect(got == expected) }
    }

    @Test("bad UTF-8 is refused")
    func notUTF8() {
        #expect(refusal([0x22, 0xC3, 0x28, 0x22]) == .notUTF8)
    }

    @Test("nesting is bounded, however long the text")
    func depth() {
        #expect(refusal(Array(String(repeating: "[", count: 10_000_000).utf8)) != nil)
        let nested = { (n: Int) in
            Array((String(repeating: "[", count: n) + String(repeating: "]", count: n)).utf8)
        }
        #expect(refusal(nested(8), depthMax: 8) == nil)
        #expect(refusal(nested(9), depthMax: 8) == .tooDeep)
    }

    @Test("an object of many keys is checked for duplicates in linear time")
    func manyKeys() {
        let keys = (0..<100_000).map { "\"k\($0)\":1" }
        #expect(refusal(Array("{\(keys.joined(separator: ","))}".utf8)) == nil)
        let twice = keys + ["\"k5\":1"]
        #expect(refusal(Array("{\(twice.joined(separator: ","))}".utf8)) == .duplicateKey)
    }

    @Test("a key named twice is found wherever both stand", arguments: [2, 7, 16, 24, 60, 300])
    func twice(count: Int) {
        let keys = (0..<count).map { "\"key_\($0)\":{}" }
        #expect(refusal(Array("{\(keys.joined(separator: ","))}".utf8)) == nil)
        for first in stride(from: 0, to: count, by: 1 + count / 20) {
            for second in stride(from: first + 1, to: count, by: 1 + count / 20) {
                var keys = keys
                keys[second] = keys[first]
                let text = "[1,{\(keys.joined(separator: ","))}]"
                #expect(refusal(Array(text.utf8)) == .duplicateKey, "\(first) and \(second)")
            }
        }
    }

    @Test("values are found, and written back as they were")
    func roundTrip() throws {
        let text =
            #"{"a":"x\"\\\n\u0001é","b":[1,-2,18446744073709551615,1.5,true,false,null],"c":{}}"#
        let parser = JSONParser()
        try Array(text.utf8).withUnsafeBytes { bytes in
            guard case .value(let value) = parser.parse(bytes) else {
                Issue.record("refused")
                return
            }
            #expect(value["a"]?.string == "x\"\\\n\u{1}é")
            #expect(value["b"]?.count == 7)
            #expect(value["zz"] == nil)
            #expect(value.count == 3)
            var written: [UInt8] = []
            value.write(into: &written)
            #expect(String(decoding: written, as: UTF8.self) == text)
            let place = try #require(value["a"]).index
            written = []
            value.write(into: &written, replacing: [place: Array("•".utf8)])
            #expect(String(decoding: written, as: UTF8.self).hasPrefix(#"{"a":"•","b":"#))
        }
    }

    @Test("what is written means the same to another parser", arguments: 0..<50)
    func agreesWithFoundation(seed: UInt64) throws {
        var random = SeededRandom(state: seed)
        let text = randomJSON(&random, depth: 0)
        let parser = JSONParser()
        var written: [UInt8] = []
        try Array(text.utf8).withUnsafeBytes { bytes in
            guard case .value(let value) = parser.parse(bytes) else {
                Issue.record("refused \(text)")
                return
            }
            value.write(into: &written)
            let ours = try JSONSerialization.jsonObject(
                with: Data(written),
                options: .fragmentsAllowed
            )
            let theirs = try JSONSerialization.jsonObject(
                with: Data(bytes),
                options: .fragmentsAllowed
            )
            #expect((ours as? NSObject) == (theirs as? NSObject))
        }
    }

    private func randomJSON(_ random: inout SeededRandom, depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 4 ? 5 : 7), using: &random) {
        case 0: return "\(Int64.random(in: .min ... .max, using: &random))"
        case 1: return "\(Double.random(in: -1e6...1e6, using: &random))"
        case 2: return Bool.random(using: &random) ? "true" : "false"
        case 3: return "null"
        case 4: return "\"é\\n\\u00e9 \(Int.random(in: 0..<1000, using: &random)) 😀\\\"\""
        case 5:
            let items = (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                randomJSON(&random, depth: depth + 1)
            }
            return "[" + items.joined(separator: " , ") + "]"
        default:
            let items = (0..<Int.random(in: 0..<5, using: &random)).map {
                "\"k\($0)\" : " + randomJSON(&random, depth: depth + 1)
            }
            return "{" + items.joined(separator: ",") + "}"
        }
    }
}

struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
