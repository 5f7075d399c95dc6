/// A domain name as it stands in a text: `club.ie`, `club[.]ie`, `club dot ie`.
struct DomainName {
    let start: Int
    let end: Int
    let firstLabelEnd: Int
    private let labelCount: Int
    /// Whether its last label is one of those that are hardly ever words.
    let isWellKnown: Bool
    /// Whether a dot of it is written as a word, or stands apart.
    let hasSpelledDot: Bool

    /// Reads the domain name of two labels or more at a place; nil when there is none. Where the
    /// text has spaces or words for its dots, or `isSpaced`, its end must be well known.
    init?(in text: DetectorText, at start: Int, isSpaced: Bool = false) {
        var index = start
        var count = 0
        var firstLabelEnd = start
        // The last place where a name may end.
        var best: (end: Int, count: Int, isWellKnown: Bool)?
        var isSpaced = isSpaced
        var hasSpelledDot = false
        while count < Self.labelsMax, let label = Self.label(in: text, at: index) {
            count += 1
            if count == 1 { firstLabelEnd = label.end }
            if count > 1, Self.isTop(label, text) {
                let isWellKnown = Self.isWellKnown(label, text)
                if isWellKnown || !isSpaced { best = (label.end, count, isWellKnown) }
            }
            guard let dot = Self.dot(in: text, at: label.end) else { break }
            isSpaced = isSpaced || dot.isSpaced
            hasSpelledDot = hasSpelledDot || dot.isSpaced
            index = dot.end
        }
        guard let best else { return nil }
        self.start = start
        self.firstLabelEnd = firstLabelEnd
        labelCount = best.count
        end = best.end
        isWellKnown = best.isWellKnown
        self.hasSpelledDot = hasSpelledDot
    }

    /// Its labels, as they stand in the text it was read from.
    func labels(in text: DetectorText) -> [String] {
        var labels: [String] = []
        var index = start
        while labels.count < labelCount, let label = Self.label(in: text, at: index) {
            let bytes = (label.start..<label.end).map { text[$0] }
            labels.append(String(decoding: bytes, as: UTF8.self))
            index = Self.dot(in: text, at: label.end)?.end ?? text.count
        }
        return labels
    }

    private static func label(in text: DetectorText, at start: Int) -> Span? {
        guard text.isWord(start) else { return nil }
        var end = start
        while end - start < labelMax, text.isWord(end) || text[end] == UInt8(ascii: "-") {
            end += 1
        }
        while text[end - 1] == UInt8(ascii: "-") { end -= 1 }
        return Span(start: start, end: end)
    }

    private static func dot(
        in text: DetectorText,
        at index: Int
    ) -> (end: Int, isSpaced: Bool)? {
        if text[index] == UInt8(ascii: "."), text.isWord(index + 1) { return (index + 1, false) }
        let next = text.skippingSpace(index)
        for form in dots {
            guard let end = text.end(of: form, at: next) else { continue }
            let after = text.skippingSpace(end)
            let isBare = form.utf8CodeUnitCount == 1
            return (after, isBare || next > index || after > end)
        }
        guard next > index, let end = text.end(ofWord: "dot", at: next) else { return nil }
        return (text.skippingSpace(end), true)
    }

    /// Whether a label may be the last: letters alone, or a script of its own.
    private static func isTop(_ label: Span, _ text: DetectorText) -> Bool {
        guard label.end - label.start >= 2, !text.isWord(label.end) else { return false }
        return (label.start..<label.end).allSatisfy {
            text.isLetter($0) || text.isWord($0) && !text.isDigit($0)
        }
    }

    private static func isWellKnown(_ label: Span, _ text: DetectorText) -> Bool {
        wellKnown.contains { text.end(of: $0, at: label.start) == label.end }
    }

    private static let dots: [StaticString] = ["[.]", "(.)", "{.}", "[dot]", "(dot)", "{dot}", "."]
    /// RFC 1035 §2.3.4.
    private static let labelMax = 63
    private static let labelsMax = 20
    /// Top-level domains that people write and that are hardly ever the word after a full stop.
    private static let wellKnown: [StaticString] = [
        "com", "net", "org", "ie", "uk", "eu", "info", "edu", "gov", "io", "co", "gg", "tv", "app",
        "dev", "xyz", "online", "site", "shop", "biz", "de", "fr", "es", "nl", "pl", "ru", "cn",
        "ca", "au", "nz", "ly", "gl", "ai", "tk", "ml", "ga", "cf", "club", "link", "vip", "cc",
        "ws", "su", "br", "jp", "kr", "ch", "se", "dk", "fi", "cz", "pt", "gr", "ua", "ro", "hu",
        "scot", "wales", "cymru", "irish", "london", "sport", "football", "rugby",
    ]
}
