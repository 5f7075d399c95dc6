@testable import JSONSchema

/// JSON whose parts keep the text that they were written as: no number is rounded by reading it.
struct RawJSON {
    let text: Substring
    let members: [(key: String, value: RawJSON)]
    let elements: [RawJSON]

    init?(_ text: String) {
        var scanner = TextScanner(text)
        guard let token = scanner.next() else { return nil }
        self.init(token, &scanner, text)
    }

    private init?(_ token: TextScanner.Token, _ scanner: inout TextScanner, _ text: String) {
        let start = scanner.start
        var members: [(key: String, value: RawJSON)] = []
        var elements: [RawJSON] = []
        if case .open = token {
            var key: String?
            while let next = scanner.next() {
                if case .close = next { break }
                if case .comma = next { continue }
                if token == .open(UInt8(ascii: "{")), key == nil {
                    key = String(decoding: scanner.lastBytes.dropFirst().dropLast(), as: UTF8.self)
                    guard scanner.next() == .colon else { return nil }
                    continue
                }
                guard let value = RawJSON(next, &scanner, text) else { return nil }
                if let name = key { members.append((name, value)) } else { elements.append(value) }
                key = nil
            }
        }
        let utf8 = text.utf8
        let first = utf8.index(utf8.startIndex, offsetBy: start)
        self.text = text[first..<utf8.index(first, offsetBy: scanner.place - start)]
        self.members = members
        self.elements = elements
    }

    subscript(key: String) -> RawJSON? { members.first { $0.key == key }?.value }

    /// A string without escapes.
    var string: String { String(text.dropFirst().dropLast()) }
}
