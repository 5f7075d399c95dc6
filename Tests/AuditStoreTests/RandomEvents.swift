import AuditLog
import Outcomes

/// Random rows with NULLs, arrays, every class of UTF-8 and JSON that must keep its spelling.
struct RandomEvents {
    private var generator: SeededGenerator
    private var seq: Int64 = 0
    private var at: Int64

    /// - Parameter start: time of the first event, microseconds since 2000-01-01 UTC.
    init(seed: UInt64, start: Int64) {
        generator = SeededGenerator(seed: seed)
        at = start
    }

    mutating func next() -> (event: Event, contents: [ContentPart]) {
        seq += 1
        at += Int64.random(in: 0...2_000_000, using: &generator)
        let contents = [Part.original, .delivered].filter { _ in flip() }.map { kind in
            ContentPart(
                kind: kind,
                salt: .random(using: &generator),
                body: (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
            )
        }
        var event = Event(
            log: 1,
            seq: seq,
            at: at,
            kind: pick(EventKind.allCases),
            stage: pick(Stage.allCases),
            disposition: pick(Disposition.allCases)
        )
        if flip() { event.session = .random(using: &generator) }
        if flip() { event.subject = .random(using: &generator) }
        if flip() { event.channel = text() }
        if flip() { event.channelEpoch = Int32.random(in: 1...9, using: &generator) }
        if flip() { event.channelSeq = Int64.random(in: 0...Int64.max, using: &generator) }
        if flip() { event.message = .random(using: &generator) }
        if flip() {
            event.refersLog = 1
            event.refersSeq = Int64.random(in: 1...99, using: &generator)
        }
        event.rules = (0..<Int.random(in: 0...3, using: &generator)).map { _ in text() }
        event.shadowRules = (0..<Int.random(in: 0...2, using: &generator)).map { _ in text() }
        event.score = Int32.random(in: Int32.min...Int32.max, using: &generator)
        if flip() { event.policy = (0..<32).map { UInt8($0) } }
        event.judgedNs = Int32.random(in: 0...Int32.max, using: &generator)
        event.contentHash = Commitment.contentHash(of: contents)
        event.detail = pick(Self.details)
        return (event, contents)
    }

    private mutating func flip() -> Bool { Bool.random(using: &generator) }

    private mutating func pick<T>(_ values: [T]) -> T {
        values[Int.random(in: 0..<values.count, using: &generator)]
    }

    private mutating func text() -> String {
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in pick(Self.pieces) }.joined()
    }

    private static let pieces = [
        "a", "Z", "\"", "\\", "{", "}", ",", "NULL", " ", "\n", "é", "ß", "日", "🏟️", "\u{202E}",
        "\u{1}", "\u{10FFFF}", "'", "--",
    ]
    private static let details = [
        "{}", #"{"code":1,"ms":2.50}"#, #"{ "b" : 1, "a" : [1e3, null] , "b":2}"#,
        #"{"z":"\u0000\u00e9é"}"#, #"{"until":845000000000000}"#,
    ]
}
