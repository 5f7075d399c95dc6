import Outcomes
import Testing

@testable import PolicyEngine

/// Messages that nobody should write: a verdict, in a time that grows with their length alone.
@Suite("Hostile texts")
struct HostileTextTests {
    private static let pieces = [
        "a", "l", " ", "1", "\u{301}", "e\u{301}\u{323}\u{20DD}", "\u{200B}", "\u{202E}",
        "\u{2066}\u{2069}", "\u{E0041}", "👩‍👩‍👧", "ﷺ", "\u{1112}\u{1161}\u{11AB}", "loser ",
        "l o s e r ",
        "087 ", "a.", "@a", "http://", "\u{FFFD}",
    ]

    private static func judge() throws -> Judge {
        let schema = #"{"type": "object", "properties": {"text": {"type": "string"}}}"#
        let rules = """
            rules:
              - {id: list, on: message, match: {any: [{list: words}]}, then: {disposition: redact}}
              - {id: raw, on: message, match: {any: [{pattern: '(l+o+)+ser'}]}, then: {disposition: block}}
              - {id: details, on: message, match: {any: [{detect: [phone, email, link, handle, iban, card]}]}, then: {disposition: hold}}
              - {id: same, on: message, rate: {per: subject, over: 5, within: 10s, same: true}, then: {disposition: bounce}}
              - {id: cel, on: message, on_error: hold, when: "message.text.lowerAscii().matches('(x+x+)+y')", then: {disposition: block}}
            """
        let list =
            "fold: [nfkc, invisible, confusables, case, leet, repeats, spaces]\nterms: [loser]"
        let bundle = try load([
            "bundle.yaml": goodBundle + "\nlimits: {message_bytes: 16777216}",
            "schemas/message.json": schema, "rules/10-a.yaml": rules, "lists/words.yaml": list,
        ]).get()
        return Judge(bundle: bundle, counters: RateCounters())
    }

    /// How long judging a text of one piece takes.
    private static func time(_ judge: Judge, _ piece: String, bytes: Int) -> (Duration, Verdict) {
        let text = String(repeating: piece, count: bytes / piece.utf8.count)
        let channel = judge.bundle.channel(supposed: "club:a")
        let scenario = Scenario(
            occasion: .message,
            body: Array(#"{"text":""#.utf8) + Array(text.utf8) + Array(#""}"#.utf8),
            circumstances: circumstances(channel: channel)
        )
        var verdict = Verdict.allowed
        let time = ContinuousClock().measure { verdict = judge.judge(scenario) }
        return (time, verdict)
    }

    @Test(
        "a long text of one kind gets its verdict in linear time",
        .timeLimit(.minutes(2)),
        arguments: pieces
    )
    func linear(piece: String) throws {
        let judge = try Self.judge()
        let short = Self.time(judge, piece, bytes: 1 << 10)
        let long = Self.time(judge, piece, bytes: 16 << 10)
        #expect(long.0 < short.0 * 80 + .milliseconds(300))
    }

    @Test(
        "a megabyte of one letter gets a verdict, and a condition that would cost too much is given up"
    )
    func megabyte() throws {
        let verdict = Self.time(try Self.judge(), "a", bytes: 1_000_000).1
        #expect(verdict.disposition == .hold)
        #expect(verdict.failedRules == ["cel"])
    }
}
