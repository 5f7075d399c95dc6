import Foundation

/// Covers what a text tells of other people: their names, and what looks like an address or a number to
/// reach someone by. It covers rather too much: a person reads the draft before it is released.
struct Redactor: Sendable {
    private let names: Set<String>
    private let ownWords: Set<String>
    private let ownText: String

    /// - Parameters:
    ///   - own: texts about the person whom the draft is for; what they hold is not covered.
    ///   - others: names of everyone else.
    init(own: [String], others: [String]) {
        ownText = own.map(Self.fold).joined(separator: "\n")
        ownWords = Set(own.flatMap(Self.words))
        names = Set(others.flatMap(Self.words)).subtracting(ownWords)
    }

    /// The text with what is covered replaced, and how often.
    func redact(_ text: String) -> (text: String, count: Int) {
        var result = ""
        var count = 0
        var rest = text[...]
        while let first = rest.first {
            let token = rest.prefix { Self.isAddress($0) == Self.isAddress(first) }
            rest = rest.dropFirst(token.count)
            guard Self.isAddress(first) else {
                result += token
                continue
            }
            let covered = cover(token)
            count += covered.count
            result += covered.text
        }
        let numbers = coverNumbers(result)
        return (numbers.text, count + numbers.count)
    }

    /// The same for every string inside a JSON value (as `JSONSerialization` reads it).
    func redact(json value: Any) -> (value: Any, count: Int) {
        switch value {
        case let text as String:
            let redacted = redact(text)
            return (redacted.text, redacted.count)
        case let items as [Any]:
            let redacted = items.map { redact(json: $0) }
            return (redacted.map(\.value), redacted.reduce(0) { $0 + $1.count })
        case let fields as [String: Any]:
            let redacted = fields.mapValues { redact(json: $0) }
            return (redacted.mapValues(\.value), redacted.values.reduce(0) { $0 + $1.count })
        default: return (value, 0)
        }
    }

    private func cover(_ token: Substring) -> (text: String, count: Int) {
        if token.contains("@"), token.count > 1 {
            return isOwn(token) ? (String(token), 0) : (Self.contact, 1)
        }
        var text = ""
        var count = 0
        var rest = token
        while let first = rest.first {
            let part = rest.prefix { $0.isLetter == first.isLetter }
            rest = rest.dropFirst(part.count)
            if first.isLetter, names.contains(Self.fold(part)) {
                text += Self.person
                count += 1
            } else {
                text += part
            }
        }
        return (text, count)
    }

    /// Seven digits or more, however they are grouped.
    private func coverNumbers(_ text: String) -> (text: String, count: Int) {
        var result = ""
        var count = 0
        var rest = text[...]
        while let first = rest.first {
            guard first.isASCII, first.isNumber || first == "+" else {
                // A word with digits in it is no number: a UUID, an id.
                let word =
                    first.isLetter ? rest.prefix { $0.isLetter || $0.isNumber } : rest.prefix(1)
                result += word
                rest = rest.dropFirst(word.count)
                continue
            }
            var run = rest.prefix { $0.isASCII && ($0.isNumber || " -./()+".contains($0)) }
            while let last = run.last, !last.isNumber { run = run.dropLast() }
            if run.isEmpty { run = rest.prefix(1) }
            let isWord = rest.dropFirst(run.count).first?.isLetter ?? false
            let isNumber =
                !isWord && run.count(where: \.isNumber) >= Self.digitsMin && !isOwn(run)
            result += isNumber ? Self.number : String(run)
            count += isNumber ? 1 : 0
            rest = rest.dropFirst(run.count)
        }
        return (result, count)
    }

    private func isOwn(_ token: Substring) -> Bool { ownText.contains(Self.fold(token)) }

    /// Letters, digits and what holds an address together.
    private static func isAddress(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "._%+-@".contains(character)
    }

    private static func words(_ text: String) -> [String] {
        fold(text).split { !$0.isLetter }.map(String.init).filter { $0.count >= lettersMin }
    }

    private static func fold(_ text: some StringProtocol) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }

    static let person = "[another person]"
    static let contact = "[contact]"
    static let number = "[number]"
    /// Shorter words are too often no name.
    private static let lettersMin = 3
    /// The shortest telephone numbers that people share.
    private static let digitsMin = 7
}
