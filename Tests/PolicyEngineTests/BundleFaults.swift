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
                channels: [{match: "", kind: two words}]
                messages:
                  message:
                    fields:
                      text: {type: strin, max_bytes: 5}
                      note: {type: string, min: 1, max_bytes: 5}
                      size: {type: integer, min: 9, max: 5}
                      more: {type: string}
                """,
            said: [
                "bundle.yaml:2:20: expected text, found nothing",
                "bundle.yaml:2:30: 'two words' is no name: use letters a to z, digits, '-' and '_'",
                "bundle.yaml:6:20: unknown word 'strin' (did you mean 'string'?)",
                "bundle.yaml:7:33: 'min' is not for fields of type string",
                "bundle.yaml:8:34: min (9) is above max (5)",
                "bundle.yaml:9:13: the key 'max_bytes' is missing",
            ]
        ),
        Bad(
            file: "notes.txt",
            text: "hello",
            said: [
                "notes.txt: not part of a bundle: "
                    + "it has bundle.yaml, rules/<name>.yaml and lists/<name>.yaml"
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
            "{text: [/text, /body/stars, /body/nots], any: [{pattern: x}]}",
            [
                "rules/10-a.yaml:4:20: '/text' is no JSON pointer into the body, such as /body/text",
                "rules/10-a.yaml:4:27: no text field 'stars' (known: note, text)",
                "rules/10-a.yaml:4:40: no text field 'nots' (did you mean 'note'?)",
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
                "rules/10-a.yaml:4:39: either 'pattern' or 'list' is needed",
                "rules/10-a.yaml:4:62: either 'pattern' or 'list', not both; make them two items",
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

    private static func rules(_ text: String, _ said: [String]) -> Bad {
        Bad(file: "rules/10-a.yaml", text: "rules:\n\(text)", said: said)
    }

    /// Line 4 of the file is `    match: ` and the text.
    private static func match(_ text: String, _ said: [String]) -> Bad {
        let rule = "  - id: a\n    on: message\n    match: \(text)\n    then: {disposition: block}"
        return rules(rule, said)
    }
}
