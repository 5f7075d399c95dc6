import Foundation
import Testing

@testable import PolicyEngine

/// Seeded mutations of every kind of policy file: whatever comes out is loaded, or refused with
/// places that are in the files.
@Suite("Mutated policy files")
struct MutationTests {
    private static let files = [
        "bundle.yaml": goodBundle + "\nlimits: {frame_bytes: 4096, depth: 8}\nbinary: refuse",
        "schemas/message.json": goodSchema,
        "lists/words.yaml": """
        about: >-
          Words.
        fold: [nfkc, invisible, confusables, case, leet, repeats, spaces]
        exceptions: [donkey derby]
        terms:
          - muppet
          - {term: loser, severity: 2, exceptions: ["loser goes home"]}
        """,
        "lists/hosts.yaml": "kind: domains\nterms: [club.example, 'náisiúnta.example']",
        "rules/10-a.yaml": """
        rules:
          - id: words
            on: message
            kinds: [team]
            hours: {from: "21:00", to: "07:00", zone: Europe/Dublin}
            when: channel.roster.minors > 0 && !('coach' in subject.roles)
            match:
              text: [/body/text, /body/tags/*]
              any:
                - {list: words, min_severity: 2}
                - pattern: '\\b(?:snap|insta)\\s*[:@]\\s*\\w+'
                  fold: [case]
                - {detect: [phone, link], except: [hosts]}
            rate: {per: subject, over: 2, within: 10s, same: true}
            then: {disposition: redact, score: 2, effects: [{flag: x}, {strike: 1}, {mute: 30m}]}
            escalate: {strikes: 3, within: 7d, disposition: block}
            say: "No."
          - {id: sum, on: message, threshold: 2, then: {disposition: hold}}
        exemptions:
          - {name: x, rules: [words], when: "'physio' in subject.roles", owner: Ann, reason: r,
             expires: 2099-12-31}
        """,
        "rules/10-a.test.yaml": """
        tests:
          - name: a word
            subject: {minor: true, roles: [player], name: Pia, vetted: true}
            channel: {name: "club:a", roster: {adults: 2, minors: 3}, present: {adults: 1}}
            request: {address: 192.0.2.1, origin: x, tls: true}
            text: "a loser, ring 087 123 4567"
            now: 2026-06-15T22:00:00Z
            strikes: {words: 2}
            times: 3
            expect: {rules: [sum, words], shadow: []}
          - {name: body, body: {text: fine, tags: ["1", 'two']}, channel: {name: "club:a"},
             expect: {disposition: allow, rules: [], spans: [], effects: []}}
        """,
    ]

    private static let words = [
        "\"", "'", "[", "]", "{", "}", ":", ": ", "- ", "\n", "\n  ", "\t", "#", "&a ", "*a",
        "!!x ",
        "|", ">-", "null", "true", "-1", "99999999999999999999", "1e400", "0x10", "\u{0}",
        "\u{FEFF}",
        "\u{202E}", "\u{2028}", "é", "🦊", "\\ud800", "\\U00110000", "(?i)", "(a+)+$", "{1000}",
        "message.body", " && ", "x.all(y, ", "2026-02-30", "25:00", "$ref", "#/", "~", "---\n",
    ]

    @Test(
        "a mutated file is loaded, or refused with places in the files",
        .timeLimit(.minutes(5)),
        arguments: files.keys.sorted()
    )
    func mutations(file: String) throws {
        var numbers = SeededNumbers(seed: 1, for: [file])
        let good = try #require(Self.files[file])
        #expect(throws: Never.self) { try load(Self.files).get() }
        let turns = Int(ProcessInfo.processInfo.environment["TOUCHLINE_MUTATIONS"] ?? "") ?? 250
        var loaded = 0
        for turn in 0..<turns {
            var files = Self.files
            let text = Self.mutated(good, &numbers)
            files[file] = text
            switch load(files) {
            case .success(let bundle):
                loaded += 1
                let judge = Judge(bundle: bundle, counters: RateCounters())
                _ = judge.judge(#"{"text":"you loser, snap: x","tags":["087 123 4567"]}"#)
            case .failure(let errors):
                try Self.expectPlaces(errors, in: files, turn)
            }
        }
        #expect(loaded > turns / 100, "the mutations are too wild")
        #expect(loaded < turns, "the mutations are too tame")
    }

    private static func expectPlaces(
        _ errors: BundleErrors,
        in files: [String: String],
        _ turn: Int
    ) throws {
        #expect(!errors.diagnostics.isEmpty)
        for diagnostic in errors.diagnostics {
            let text = try #require(files[diagnostic.file], "turn \(turn): \(diagnostic)")
            // YAML counts more characters as line breaks than Swift; each of them is a scalar.
            let lines = text.unicodeScalars.count { $0 == "\n" || $0.properties.isWhitespace } + 1
            #expect(diagnostic.line >= 1 && diagnostic.line <= lines, "turn \(turn): \(diagnostic)")
            #expect(diagnostic.column >= 1 && !diagnostic.message.isEmpty, "turn \(turn)")
            #expect("\(diagnostic)".unicodeScalars.count < 2000, "turn \(turn): \(diagnostic)")
        }
    }

    private static func mutated(_ text: String, _ numbers: inout SeededNumbers) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 1...3, using: &numbers) where !scalars.isEmpty {
            let place = Int.random(in: 0..<scalars.count, using: &numbers)
            let end = min(scalars.count, place + Int.random(in: 1...12, using: &numbers))
            let word = Array((numbers.one(of: words) ?? "").unicodeScalars)
            switch Int.random(in: 0..<5, using: &numbers) {
            case 0: scalars.removeSubrange(place..<end)
            case 1: scalars.insert(contentsOf: scalars[place..<end], at: place)
            case 2: scalars.replaceSubrange(place..<end, with: word)
            case 3: scalars.insert(contentsOf: word, at: place)
            default: scalars.swapAt(place, Int.random(in: 0..<scalars.count, using: &numbers))
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
