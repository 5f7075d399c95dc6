import AuditLog
import HubCore
import PolicyEngine

/// What several tests begin with.
enum Fixture {
    /// A small bundle: two kinds of channels and of messages, and a rule for each thing that a rule
    /// can do.
    ///
    /// - Parameter edit: a change of `bundle.yaml`.
    static func bundle(_ edit: (old: String, new: String)? = nil) throws -> Bundle {
        let bundleFile = edit.map { bundleYAML.replacing($0.old, with: $0.new) } ?? bundleYAML
        return try Bundle.load(
            BundleSource(files: [
                ("bundle.yaml", bundleFile), ("rules/10-words.yaml", wordsYAML),
                ("rules/20-youth.yaml", youthYAML), ("schemas/message.json", messageSchema),
                ("schemas/poll.json", #"{"type":"object","required":["question"]}"#),
            ])
        ).get()
    }

    static let adult = #"{"birthdate":"1990-01-01","channels":["club:a"]}"#
    static let player = #"{"birthdate":"2013-01-01","channels":["club:a"]}"#
    static let officer = #"{"birthdate":"1980-01-01","roles":["welfare"]}"#
    static let moderator = #"{"birthdate":"1980-01-01","roles":["moderator"]}"#
    static let `operator` = Operator(
        pseudonym: UUID16(high: 7, low: 7),
        issuer: "https://issuer.test",
        sub: "olga",
        name: "Olga",
        roles: ["operator"],
        rights: [],
        token: TokenMark(id: nil, issuedAt: nil, key: key)
    )

    static let key = UUID16(high: 7, low: 7)

    /// - Parameter issuedAt: Unix seconds.
    static func arrival(
        _ subject: UUID16,
        claims: String = "{}",
        name: String = "Ann",
        issuedAt: Int64? = nil,
        id: UUID16? = nil,
        key: UUID16 = key
    ) -> Arrival {
        Arrival(
            subject: subject,
            issuer: "https://issuer.test",
            sub: "s",
            name: name,
            expiresAt: .max,
            tokenExpiresAt: .max,
            token: TokenMark(id: id, issuedAt: issuedAt, key: key),
            connection: Array("{}".utf8),
            claims: claims,
            request: RequestFacts(address: "192.0.2.1", origin: "", agent: "", isTLS: true)
        )
    }

    private static let bundleYAML = """
        name: test
        limits: {messages_per_second: 100000, burst: 100000, sessions_per_subject: 100}
        channels:
          - {match: "club:*", kind: club}
          - {match: "youth:*", kind: youth}
          - {match: "hidden:*", kind: hidden, presence: off}
          - {match: "news:*", kind: announcements, slow: 10s}
        messages:
          message: {schema: message}
          poll: {schema: poll}
        members:
          claims: {vetted: {type: bool, default: false}}
        notify:
          welfare-officer: {role: welfare, channels: ["club:*"]}
        """

    private static let messageSchema = """
        {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
        """

    private static let wordsYAML = """
        rules:
          - id: no-poison
            on: message
            match: {text: [/body/text], any: [{pattern: 'poison'}]}
            then: {disposition: block}
            say: "Not here."
          - id: reword
            on: message
            match: {text: [/body/text], any: [{pattern: 'whatever'}]}
            then: {disposition: bounce}
            say: "In other words, please."
          - id: swearing
            on: message
            match: {any: [{pattern: 'darn'}]}
            then: {disposition: redact, score: 3, effects: [{strike: 1}]}
            escalate: {strikes: 3, within: 7d, effects: [{mute: 30m}, {tell: "Cool down."}]}
          - id: threat
            on: message
            match: {text: [/body/text], any: [{pattern: 'bomb'}]}
            then: {disposition: block, effects: [{ban: 7d}, disconnect]}
          - id: hijack
            on: message
            match: {text: [/body/text], any: [{pattern: 'hijack'}]}
            then: {disposition: block, effects: [{channel_ban: 7d}]}
          - id: shush
            on: message
            match: {text: [/body/text], any: [{pattern: 'shush'}]}
            then: {disposition: bounce, effects: [{channel_mute: 1h}]}
          - id: spam
            on: message
            match: {text: [/body/text], any: [{pattern: 'buy now'}]}
            then: {disposition: block, effects: [disconnect]}
          - id: echo
            on: message
            when: message.text.startsWith('echo')
            rate: {per: subject, over: 1, within: 10s, same: true}
            then: {disposition: bounce}
          - id: rare
            on: join
            channels: ["club:rare"]
            rate: {per: subject, over: 1, within: 10s}
            then: {disposition: block}
          - id: knocking
            on: connect
            when: "'guest' in subject.roles"
            rate: {per: subject, over: 1, within: 10s}
            then: {disposition: block}
        exemptions:
          - name: chemists
            rules: [no-poison]
            when: "'chemist' in subject.roles"
            owner: "Mary Byrne, secretary"
            reason: "They talk of their work."
            expires: 2099-12-31
        """

    private static let youthYAML = """
        rules:
          - id: not-for-children
            on: history
            when: subject.minor
            match: {any: [{pattern: 'whisky'}]}
            then: {disposition: block}
          - id: no-old-polls
            on: history
            when: subject.minor && message.kind == 'poll'
            then: {disposition: block}
          - id: numbers
            on: history
            match: {any: [{pattern: '[0-9]{4}'}]}
            then: {disposition: redact}
          - id: no-sneaking
            on: edit
            match: {any: [{pattern: 'sneak'}]}
            then: {disposition: block}
            say: "Not by an edit."
          - id: contacts
            on: message
            when: channel.roster.minors > 0
            match: {text: [/body/text], any: [{pattern: 'call me'}]}
            then: {disposition: hold, effects: [{flag: safeguarding}, {notify: welfare-officer}]}
            say: "A coach looks first."
          - id: crisis
            on: message
            match: {text: [/body/text], any: [{pattern: 'hopeless'}]}
            then:
              disposition: allow
              effects: [{flag: urgent}, {label: crisis}, {preserve: 24h}, {tell: "Call 116 123."}]
          - id: vetted
            on: join
            channels: ["youth:*"]
            when: "!subject.minor && !subject.claims.vetted"
            then: {disposition: block, effects: [{label: vetting}]}
            say: "Vetting first."
        """
}
