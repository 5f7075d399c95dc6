import AuditLog
import HubCore
import PolicyEngine

/// What several tests begin with.
enum Fixture {
    /// A small bundle: two channels' glob, one blocked and one redacted word.
    static func bundle() throws -> Bundle {
        try Bundle.load(
            BundleSource(files: [
                ("bundle.yaml", bundleYAML), ("rules/10-words.yaml", rulesYAML),
                (
                    "schemas/message.json",
                    #"{"type":"object","required":["text"],"properties":{"text":{"type":"string"}}}"#
                ),
            ])
        ).get()
    }

    static func arrival(_ subject: UUID16) -> Arrival {
        Arrival(
            subject: subject,
            issuer: "https://issuer.test",
            sub: "s",
            name: "Ann",
            expiresAt: .max,
            connection: Array("{}".utf8),
            claims: "{}",
            request: RequestFacts(address: "192.0.2.1", origin: "", agent: "", isTLS: true)
        )
    }

    private static let bundleYAML = """
        name: test
        limits: {messages_per_second: 100000, burst: 100000, sessions_per_subject: 100}
        channels:
          - {match: "club:*", kind: club}
        messages:
          message: {schema: message}
        """

    private static let rulesYAML = """
        rules:
          - id: no-poison
            on: message
            match: {text: [/body/text], any: [{pattern: 'poison'}]}
            then: {disposition: block}
            say: "Not here."
          - id: no-darn
            on: message
            match: {text: [/body/text], any: [{pattern: 'darn'}]}
            then: {disposition: redact}
        """
}
