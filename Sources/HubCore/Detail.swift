import Outcomes
import PolicyEngine

/// `detail` of an event as it is written: a JSON object of numbers and of codes that the hub or the
/// operator named. What a member wrote has no place in it.
struct Detail {
    private var text: [UInt8] = []

    /// The object, at most `AuditLog.Row.detailBytesMax` bytes.
    var json: String {
        text.isEmpty ? "{}" : String(decoding: text, as: UTF8.self) + "}"
    }

    init() {}

    /// The code of a refusal or an end.
    init(_ outcome: Outcome?) {
        if let outcome { code("code", outcome.rawValue) }
    }

    /// An object that is written already.
    init(json: String) {
        text = json == "{}" ? [] : Array(json.utf8.dropLast())
    }

    mutating func number(_ name: StaticString, _ value: Int64) {
        begin(name)
        text.json(value)
    }

    mutating func code(_ name: StaticString, _ value: String) {
        begin(name)
        text.json(string: value)
    }

    mutating func place(_ name: StaticString, _ place: Place) {
        begin(name)
        text.json(place)
    }

    mutating func yes(_ name: StaticString) {
        begin(name)
        text.json("true")
    }

    /// A list; nothing when there is nothing in it. What has no room is counted.
    mutating func list<Element>(
        _ name: StaticString,
        _ elements: [Element],
        max: Int = .max,
        _ write: (Element, inout [UInt8]) -> Void
    ) {
        guard !elements.isEmpty else { return }
        begin(name)
        var written = 0
        var element: [UInt8] = []
        for next in elements.prefix(max) {
            element.removeAll(keepingCapacity: true)
            write(next, &element)
            guard text.count + element.count < Self.bytesMax else { break }
            text.json(written == 0 ? "[" : ",")
            text.append(contentsOf: element)
            written += 1
        }
        text.json(written == 0 ? "[]" : "]")
        guard written < elements.count else { return }
        left += elements.count - written
    }

    mutating func codes(_ name: StaticString, _ codes: [String]) {
        list(name, codes) { $1.json(string: $0) }
    }

    /// Ends it with how much was left out.
    mutating func end() {
        if left > 0 { number("left_out", Int64(left)) }
        left = 0
    }

    /// Entries of lists that had no room.
    private var left = 0

    private mutating func begin(_ name: StaticString) {
        text.json(text.isEmpty ? "{\"" : ",\"")
        text.json(name)
        text.json("\":")
    }

    /// Where lists end, so that what comes after them has room in a row.
    private static let bytesMax = 12 << 10
    /// Findings of one event: whoever looks at it sees where it begins.
    static let findingsMax = 64
}

extension Detail {
    /// What the judge found, besides what has columns of its own.
    mutating func add(_ verdict: Verdict, _ names: FieldNames) {
        list("exempted", verdict.exempted) { exempted, text in
            text.json("{\"rule\":")
            text.json(string: exempted.rule)
            text.json(",\"exemption\":")
            text.json(string: exempted.exemption)
            text.json("}")
        }
        codes("failed", verdict.failedRules)
        list("findings", verdict.findings, max: Self.findingsMax) { finding, text in
            text.json("{\"rule\":")
            text.json(string: finding.rule)
            text.json(",\"field\":")
            text.json(string: names.covered(finding.field))
            text.json(",\"start\":")
            text.json(Int64(finding.start))
            text.json(",\"end\":")
            text.json(Int64(finding.end))
            text.json("}")
        }
        end()
    }
}
