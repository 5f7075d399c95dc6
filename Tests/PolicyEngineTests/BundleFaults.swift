extension BundleErrorTests {
    static let bundleFaults: [Bad] = [
        Bad(file: "bundle.yaml", text: "", said: ["bundle.yaml:1:1: the file is empty"]),
        Bad(
            file: "bundle.yaml",
            text: "- a",
            said: ["bundle.yaml:1:1: expected keys and values, found a list"]
        ),
        Bad(
            file: "bundle.yaml",
            text: "name: x",
            said: [
                "bundle.yaml:1:1: the key 'channels' is missing",
                "bundle.yaml:1:1: the key 'messages' is missing",
            ]
        ),
        Bad(
            file: "bundle.yaml",
            text: goodBundle + "\nlimits: {frame_byte: 10, depth: many, burst: 0}",
            said: [
                "bundle.yaml:11:10: unknown key 'frame_byte' (did you mean 'frame_bytes'?)",
                "bundle.yaml:11:33: expected a whole number, found 'many'",
                "bundle.yaml:11:46: 0 is out of range: 1 to 1000000",
            ]
        ),
        Bad(
            file: "bundle.yaml",
            text: goodBundle + "\nlimits: {frame_bytes: 4096, message_bytes: 1024}",
            said: [
                "bundle.yaml:11:23: frame_bytes (4096) is above message_bytes (1024): "
                    + "a frame holds at most a message"
            ]
        ),
        Bad(
            file: "bundle.yaml",
            text: goodBundle + "\nbinary: maybe",
            said: ["bundle.yaml:11:9: unknown word 'maybe' (known: refuse, allow)"]
        ),
        Bad(
            file: "bundle.yaml",
            text: goodBundle.replacing("kind: team}", with: "kind: team, presence: never}"),
            said: ["bundle.yaml:3:45: unknown word 'never' (known: on, off)"]
        ),
        Bad(
            file: "bundle.yaml",
            text: goodBundle.replacing("match: \"club:*", with: "match: \"o\u{301}g:*"),
            said: [
                "bundle.yaml:3:13: its accents are characters of their own (Unicode NFD), which names of "
                    + "channels can't have, so it matches none: save the file in NFC, or type it anew"
            ]
        ),
        Bad(
            file: "bundle.yaml",
            text: goodBundle + "\nlimits: {}\nname: again",
            said: ["bundle.yaml:12:1: the key 'name' stands twice in one mapping (first in line 1)"]
        ),
        Bad(
            file: "bundle.yaml",
            text: "name: &a x\nchannels: *a\nmessages: [*a, *a]",
            said: [
                "bundle.yaml:1:7: anchors and aliases ('&') are not used here; put the text in quotes",
                "bundle.yaml:2:11: anchors and aliases ('*') are not used here; put the text in quotes",
                "bundle.yaml:3:12: anchors and aliases ('*') are not used here; put the text in quotes",
                "bundle.yaml:3:16: anchors and aliases ('*') are not used here; put the text in quotes",
            ]
        ),
        Bad(
            file: "bundle.yaml",
            text: "name: \"open",
            said: [
                "bundle.yaml:1:12: found unexpected end of stream"
            ]
        ),
        Bad(
            file: "bundle.yaml",
            text: "name: a\n---\nname: b",
            said: ["bundle.yaml:2:1: a policy file is one document: '---' starts another"]
        ),
        Bad(
            file: "bundle.yaml",
            text: """
                name: a
                channels: [{match: "", kind: two words}, {match: "b:*", kind: b, slow: 7h}]
                messages:
                  message: {schema: mesage}
                  poll: {}
                members:
                  adult_age: 0
                  claims:
                    is-vetted: {type: bool, default: false}
                    sports: {type: lists, default: []}
                    level: {type: int, default: high}
                """,
            said: [
                "bundle.yaml:2:20: expected text, found nothing",
                "bundle.yaml:2:30: 'two words' is no name: use letters a to z, digits, '-' and '_'",
                "bundle.yaml:2:72: '7h' is out of range: 1s to 21600s",
                "bundle.yaml:4:21: there is no schema 'schemas/mesage.json' (did you mean 'message'?)",
                "bundle.yaml:5:9: the key 'schema' is missing",
                "bundle.yaml:7:14: 0 is out of range: 1 to 150",
                "bundle.yaml:9:5: 'is-vetted' can't be named in conditions: "
                    + "use letters, digits and '_'",
                "bundle.yaml:10:20: unknown word 'lists' (did you mean 'list'?)",
                "bundle.yaml:11:33: expected a whole number, found 'high'",
            ]
        ),
        Bad(
            file: "notes.txt",
            text: "hello",
            said: [
                "notes.txt: not part of a bundle: "
                    + "it has bundle.yaml, rules/<name>.yaml, rules/<name>.test.yaml, "
                    + "lists/<name>.yaml and schemas/<name>.json"
            ]
        ),
        Bad(
            file: "lists/more.yaml",
            text: "terms:\n  - one\n  - {term: ONE, severity: 4}\n  - {term: ONE}\n  - ' '",
            said: [
                "lists/more.yaml:3:27: 4 is out of range: 1 to 3",
                "lists/more.yaml:4:5: the term 'ONE' stands twice in this list",
                "lists/more.yaml:5:5: the term is only white space",
            ]
        ),
    ]

    static let ruleFaults: [Bad] = [
        rules(
            "  - on: message\n    then: {disposition: allow}",
            ["rules/10-a.yaml:2:5: the key 'id' is missing"]
        ),
        rules(
            """
              - {id: a, on: message, then: {disposition: allow}}
              - {id: a, on: [message], then: {disposition: block}}
            """,
            ["rules/10-a.yaml:3:10: the rule id 'a' is taken (rules/10-a.yaml:2)"]
        ),
        rules(
            "  - {id: a, on: message, then: {disposition: redact}}",
            ["rules/10-a.yaml:2:32: redact needs 'match': it blacks out what was found"]
        ),
        match(
            "{text: [/text], any: [{pattern: x}]}",
            [
                "rules/10-a.yaml:4:20: '/text' is no place of a text, "
                    + "such as /body/text or /subject/name"
            ]
        ),
        match(
            "{text: [/body/text], any: []}",
            ["rules/10-a.yaml:4:38: the list is empty, so the rule would never hit"]
        ),
        match(
            "{text: [/body/text], any: [{list: wrods}, {list: words, fold: [csae]}]}",
            [
                "rules/10-a.yaml:4:46: there is no list 'lists/wrods.yaml' (did you mean 'words'?)",
                "rules/10-a.yaml:4:75: unknown word 'csae' (did you mean 'case'?)",
            ]
        ),
        match(
            "{text: [/body/text], any: [{fold: [case]}, {list: words, pattern: x}]}",
            [
                "rules/10-a.yaml:4:39: one of 'pattern', 'list' and 'detect' is needed",
                "rules/10-a.yaml:4:55: 'pattern' and 'list' don't go together: make them items",
            ]
        ),
        match(
            "{text: [/body/text], any: [{pattern: 'it''s a*+'}, {pattern: '[a'}, {pattern: a*}]}",
            [
                "rules/10-a.yaml:4:57: bad repetition operator: '*+'",
                "rules/10-a.yaml:4:73: missing ]: '[a'",
                "rules/10-a.yaml:4:90: the pattern matches the empty text, so it hits always",
            ]
        ),
    ]

    static let conditionFaults: [Bad] = [
        rule(
            "when: subject.minr && channel.roster.minors > '0'",
            [
                "rules/10-a.yaml:4:19: 'subject' has no field 'minr' (did you mean 'minor'?)",
                "rules/10-a.yaml:4:49: '>' does not take int and string",
            ]
        ),
        // Over several lines: folded, indented further, kept, plain, and quoted with an empty line.
        rule(
            "when: >-\n      subject.minor\n      && subject.minr",
            ["rules/10-a.yaml:6:18: 'subject' has no field 'minr' (did you mean 'minor'?)"]
        ),
        rule(
            "when: >-\n\n      subject.minor\n\n        && true\n      && subject.minr",
            ["rules/10-a.yaml:9:18: 'subject' has no field 'minr' (did you mean 'minor'?)"]
        ),
        rule(
            "when: |\n      subject.minor\n\n        && subject.minr",
            ["rules/10-a.yaml:7:20: 'subject' has no field 'minr' (did you mean 'minor'?)"]
        ),
        rule(
            "when: subject.minor &&  \n      subject.minr",
            ["rules/10-a.yaml:5:15: 'subject' has no field 'minr' (did you mean 'minor'?)"]
        ),
        rule(
            "when: \"subject.name == '\\\"' ||\n\n      sub\\\n      ject.minr\"",
            ["rules/10-a.yaml:7:12: 'subject' has no field 'minr' (did you mean 'minor'?)"]
        ),
        rule("when: now", ["rules/10-a.yaml:4:11: the expression gives timestamp, not bool"]),
        rules(
            "  - {id: a, on: join, when: message.bytes > 1, then: {disposition: block}}",
            ["rules/10-a.yaml:2:29: 'message.bytes' is not known on join"]
        ),
        rule(
            "kinds: [taem]",
            ["rules/10-a.yaml:4:13: no channel is of the kind 'taem' (did you mean 'team'?)"]
        ),
        rule(
            "hours: {from: 25:00, to: \"07:00\", zone: Europe/Dubln}",
            [
                "rules/10-a.yaml:4:19: expected a time of day in quotes, such as \"21:00\"",
                "rules/10-a.yaml:4:45: there is no time zone 'Europe/Dubln'; "
                    + "write one such as Europe/Dublin",
            ]
        ),
        rule(
            "rate: {per: sender, over: 0, within: 10}",
            [
                "rules/10-a.yaml:4:17: unknown word 'sender' "
                    + "(known: subject, address, channel, subject-in-channel)",
                "rules/10-a.yaml:4:31: 0 is out of range: 1 to 1000",
                "rules/10-a.yaml:4:42: expected a length of time such as 10s, 30m, 24h or 7d, "
                    + "found '10'",
            ]
        ),
        rule(
            "escalate: {strikes: 3, within: 7d, effects: [{mute: 30m}]}",
            ["rules/10-a.yaml:4:15: there is nothing to add up: 'then' has no effect strike"]
        ),
        rules(
            """
              - id: a
                on: message
                then: {effects: [{notify: oficer}, {mute: 1}, {shout: x}, {flag: a, label: b}, {strike: 0}]}
            """,
            [
                "rules/10-a.yaml:4:31: 'notify' of bundle.yaml has no 'oficer' "
                    + "(did you mean 'officer'?)",
                "rules/10-a.yaml:4:47: expected a length of time such as 10s, 30m, 24h or 7d, "
                    + "found '1'",
                "rules/10-a.yaml:4:52: unknown key 'shout' "
                    + "(known: flag, label, notify, tell, strike, mute, "
                    + "channel_mute, ban, channel_ban, preserve)",
                "rules/10-a.yaml:4:63: one effect an item",
                "rules/10-a.yaml:4:93: 0 is out of range: 1 to 100",
            ]
        ),
        rules(
            """
              - {id: a, on: [connect, join], channels: ["club:*"], then: {disposition: hold, effects: [{tell: hi}]}}
            """,
            [
                "rules/10-a.yaml:2:44: a handshake goes to no channel: leave 'channels' out",
                "rules/10-a.yaml:2:76: 'hold' is for messages: use block or allow",
                "rules/10-a.yaml:2:92: only messages have this effect",
            ]
        ),
        rules(
            """
              - {id: a, on: history, then: {disposition: block, effects: [{tell: hi}]}}
              - {id: b, on: [message, history], rate: {per: subject, over: 1, within: 1s}, then: {}}
            """,
            [
                "rules/10-a.yaml:2:63: reading has no effects: the message is shown, redacted "
                    + "or left out",
                "rules/10-a.yaml:3:43: what is read is not counted: make it a rule without history",
            ]
        ),
        Bad(
            file: "rules/10-a.yaml",
            text: """
                exemptions:
                  - {name: x, rules: [b], when: "true", owner: Mary, reason: why, expires: soon}
                """,
            said: [
                "rules/10-a.yaml:2:23: there is no rule 'b'",
                "rules/10-a.yaml:2:76: expected a day such as 2027-06-30",
            ]
        ),
        Bad(
            file: "rules/10-a.yaml",
            text: "about: x",
            said: [
                "rules/10-a.yaml:1:1: neither 'rules' nor 'exemptions' is there",
                "rules/10-a.yaml:1:1: unknown key 'about' (known: rules, exemptions)",
            ]
        ),
        Bad(
            file: "schemas/message.json",
            text: "{\"type\": \"objekt\"}",
            said: ["schemas/message.json:1:10: unknown type 'objekt' (did you mean 'object'?)"]
        ),
        Bad(
            file: "schemas/message.json",
            text: "{\"$ref\": \"https://example.org/far.json\"}",
            said: [
                "schemas/message.json:1:10: no file that was given is "
                    + "'https://example.org/far.json', and nothing is fetched"
            ]
        ),
    ]

    /// Line 4 of the file is the text.
    private static func rule(_ text: String, _ said: [String]) -> Bad {
        rules("  - id: a\n    on: message\n    \(text)\n    then: {disposition: block}", said)
    }

    private static func rules(_ text: String, _ said: [String]) -> Bad {
        Bad(file: "rules/10-a.yaml", text: "rules:\n\(text)", said: said)
    }

    /// Line 4 of the file is `    match: ` and the text.
    private static func match(_ text: String, _ said: [String]) -> Bad {
        let rule = "  - id: a\n    on: message\n    match: \(text)\n    then: {disposition: block}"
        return rules(rule, said)
    }
}
