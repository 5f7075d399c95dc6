import AuditLog
import HubCore
import PolicyEngine

/// What several tests begin with.
enum Fixture {
    /// A small bundle: two kinds of channels and of messages, and a rule for each thing that a rule
    /// can do.
    static func bundle() throws -> Bundle {
        try Bundle.load(
            BundleSource(files: [
                ("bundle.yaml", bundleYAML), ("rules/10-words.yaml", wordsYAML),
                ("rules/20-youth.yaml", youthYAML), ("schemas/message.json", messageSchema),
                ("schemas/poll.json", #"{"type":"object","required":["question"]}"#),
            ])
        ).get()
    }

    static let adult = #"{"birthdate":"1990-01-01","channels":["club:a"]}"#
    static let player = #"{"birthdate":"2013-01-01","channels":["club:a"]}"#
    static let officer = #"{"birthdate":"1980-01-01","roles":["welfare"]}"#

    /// - Parameter issuedAt: Unix seconds.
    static func arrival(
        _ subject: UUID16,
        claims: String = "{}",
        issuedAt: Int64? = nil
    ) -> Arrival {
        Arrival(
            subject: subject,
            issuer: "https://issuer.test",
            sub: "s",
            name: "Ann",
            expiresAt: .max,
            tokenExpiresAt: .max,
            token: TokenMark(id: nil, issuedAt: issuedAt),
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
          - id: spam
            on: message
            match: {text: [/body/text], any: [{pattern: 'buy now'}]}
            then: {disposition: block, effects: [disconnect]}
        """

    private static let youthYAML = """
        rules:
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
