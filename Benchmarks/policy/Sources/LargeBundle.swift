import Foundation
import PolicyEngine

/// A bundle as large as a federation's: 100 rules, 10 schemas, 20,000 terms; and what is said in
/// its channels.
enum LargeBundle {
    /// - Parameter members: a line under `members`.
    static func source(members: String = "roles: roles") -> BundleSource {
        var random = Random(state: 7)
        var files = [("bundle.yaml", bundleYAML(members))]
        for number in 0..<10 {
            files.append(("schemas/kind-\(number).json", schema))
        }
        files.append(("lists/domains.yaml", "kind: domains\nterms: [club.example]"))
        let words = terms(20_000, &random)
        for number in 0..<10 {
            let lines = words[number * 2000..<(number + 1) * 2000].enumerated().map {
                "  - {term: \"\($1)\", severity: \($0 % 3 + 1)}"
            }
            let fold =
                number % 2 == 0
                ? "\nfold: [nfkc, invisible, confusables, case, leet, repeats, spaces]" : ""
            files.append(
                (
                    "lists/list-\(number).yaml",
                    "about: words\(fold)\nterms:\n\(lines.joined(separator: "\n"))"
                )
            )
        }
        files.append(("rules/10-rules.yaml", rulesYAML()))
        return BundleSource(files: files.map { (path: $0.0, text: $0.1) })
    }

    static func circumstances(_ bundle: PolicyEngine.Bundle) -> Circumstances {
        Circumstances(
            now: 834_840_000_000_000,
            request: RequestFacts(address: "192.0.2.1", origin: "", agent: "", isTLS: true),
            subject: bundle.members.member(
                id: "5f7cbd5c-4f6e-4f0a-9d6d-3a1f0f3f8a10",
                name: "Sam",
                claims: #"{"birthdate":"2012-03-04","roles":["player"]}"#
            ),
            channel: ChannelFacts(
                name: "club:demo:u14",
                kind: "youth",
                roster: HeadCount(adults: 3, minors: 18, moderators: 2),
                present: HeadCount(adults: 1, minors: 5)
            )
        )
    }

    static let schema = """
        {
          "type": "object",
          "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 4000},
            "reply_to": {"type": "string", "format": "uuid"},
            "tags": {"type": "array", "maxItems": 5, "items": {"type": "string", "maxLength": 30}}
          },
          "required": ["text"],
          "additionalProperties": false
        }
        """

    /// Texts of about 230 bytes, so that a body has 250.
    static func texts() -> [(name: String, texts: [String])] {
        var random = Random(state: 11)
        let words = [
            "training", "tonight", "at", "the", "pitch", "bring", "water", "and", "your", "boots",
            "we", "play", "away", "on", "Saturday", "bus", "leaves", "from", "clubhouse", "ten",
            "thirty", "please", "tell", "coach", "if", "you", "can't", "make", "it", "great",
            "match", "last", "weekend", "well", "done", "everyone", "keeper", "was", "brilliant",
        ]
        func plain() -> String {
            var text = ""
            while text.utf8.count < 225 { text += words[random.next(words.count)] + " " }
            return text
        }
        func lively() -> String {
            let marks = ["😀", "é", "10:30", "3-1", "👍🏽", "Ó Briain", "7", "…"]
            var text = ""
            while text.utf8.count < 225 {
                text +=
                    (random.next(6) == 0
                        ? marks[random.next(marks.count)] : words[random.next(words.count)]) + " "
            }
            return text
        }
        return [
            ("plain words", (0..<100).map { _ in plain() }),
            ("with numbers, accents and emoji", (0..<100).map { _ in lively() }),
        ]
    }

    private static func bundleYAML(_ members: String) -> String {
        let kinds = (0..<10).map { "  \($0 == 0 ? "message" : "kind-\($0)"): {schema: kind-\($0)}" }
        return """
            name: large
            channels:
              - {match: "club:*:u*", kind: youth}
              - {match: "club:*", kind: team}
            messages:
            \(kinds.joined(separator: "\n"))
            members:
              \(members)
              claims:
                vetted: {type: bool, default: false}
            notify: {officer: {role: welfare, channels: ["*"]}}
            """
    }

    /// 10 that look for lists, 12 for details, 50 for patterns, 20 that ask for circumstances, 8 for rates.
    private static func rulesYAML() -> String {
        var rules: [String] = []
        for number in 0..<10 {
            rules.append("match: {any: [{list: list-\(number), min_severity: \(number % 3 + 1)}]}")
        }
        let detectors = [
            "email", "phone", "iban", "card", "ppsn", "eircode", "nino", "postcode", "ip",
            "handle", "date-of-birth",
        ]
        for name in detectors { rules.append("match: {any: [{detect: \(name)}]}") }
        rules.append("match: {any: [{detect: link, except: [domains]}]}")
        for number in 0..<50 {
            rules.append(
                "match: {any: [{pattern: '(?i)\\bsecret\(number)\\s+(?:meet|chat|app)\\w*\\b'}]}"
            )
        }
        for number in 0..<10 {
            rules.append("kinds: [team]\n    when: channel.roster.minors > \(number)")
            rules.append("when: \"'role-\(number)' in subject.roles && !subject.claims.vetted\"")
        }
        for number in 0..<8 {
            rules.append(
                "rate: {per: \(number % 2 == 0 ? "subject" : "channel"), over: 1000, within: 1s}"
            )
        }
        let texts = rules.enumerated().map { index, condition in
            "  - id: rule-\(index)\n    on: message\n    \(condition)\n    then: {disposition: block}"
        }
        return "rules:\n\(texts.joined(separator: "\n"))"
    }

    /// Words that aren't said in these channels.
    private static func terms(_ count: Int, _ random: inout Random) -> [String] {
        let syllables = [
            "bra", "ked", "lom", "zin", "qua", "tor", "fex", "gul", "mip", "nov", "rud", "sab",
            "vek", "wol", "xan", "yib",
        ]
        var words: Set<String> = []
        while words.count < count {
            words.insert((0..<3 + random.next(2)).map { _ in syllables[random.next(16)] }.joined())
        }
        return words.sorted()
    }

    /// A seeded generator (SplitMix64).
    struct Random {
        var state: UInt64

        mutating func next(_ below: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) >> 1) % below
        }
    }
}
