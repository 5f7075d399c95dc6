/// Names on social networks: `@name`, `name#1234`, and a name behind the network's:
/// `insta: name`, `my snap is name`.
enum HandleDetector {
    static func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        text.appendSpans(to: &spans, at: .words) { word in
            atName(text, word) ?? tagged(text, word) ?? named(text, word)
        }
    }

    /// `@name`, but for an e-mail address's domain.
    private static func atName(_ text: DetectorText, _ word: DetectorText.Word) -> Span? {
        guard text.contents.hasAtSign else { return nil }
        var start = word.start
        while word.start - start < nameMax, nameSigns.contains(text[start - 1]) { start -= 1 }
        guard text[start - 1] == UInt8(ascii: "@"), !text.isWord(start - 2),
            let name = name(text, start)
        else { return nil }
        return Span(start: start - 1, end: name.end)
    }

    /// `name#1234`, as Discord had it.
    private static func tagged(_ text: DetectorText, _ word: DetectorText.Word) -> Span? {
        guard text.contents.hasHash, let name = name(text, word.start),
            text[name.end] == UInt8(ascii: "#"),
            (1...4).allSatisfy({ text.isDigit(name.end + $0) }), !text.isWord(name.end + 5)
        else { return nil }
        return Span(start: word.start, end: name.end + 5)
    }

    /// The network's name, a sign or `is`, and the member's. Without a sign the member's name must
    /// look like one: with a digit, a dot or a low line in it.
    private static func named(_ text: DetectorText, _ word: DetectorText.Word) -> Span? {
        guard word.meaning.contains(.network) else { return nil }
        let sign = pastSign(text, word.end)
        guard let name = name(text, sign.end), sign.isThere || looksMade(text, name) else {
            return nil
        }
        return Span(start: word.start, end: name.end)
    }

    /// Past `:`, `=`, `-`, `is`, `name is`, `me at`, with spaces around them.
    private static func pastSign(
        _ text: DetectorText,
        _ start: Int
    ) -> (end: Int, isThere: Bool) {
        var index = text.skippingSpace(start)
        var isThere = false
        for word in ["username", "name", "handle", "id", "me", "on"] as [StaticString] {
            if let end = text.end(ofWord: word, at: index) { index = text.skippingSpace(end) }
        }
        for sign in [":", "=", "-", ">"] as [StaticString] {
            guard let end = text.end(of: sign, at: index) else { continue }
            index = text.skippingSpace(end)
            isThere = true
        }
        for word in ["is", "at"] as [StaticString] {
            guard let end = text.end(ofWord: word, at: index) else { continue }
            index = text.skippingSpace(end)
            isThere = isThere || looksMade(text, name(text, index))
        }
        if text[index] == UInt8(ascii: "@") { return (index + 1, true) }
        return (index, isThere)
    }

    private static func name(_ text: DetectorText, _ start: Int) -> Span? {
        var end = start
        while end - start < nameMax, text.isAlphanumeric(end) || nameSigns.contains(text[end]) {
            end += 1
        }
        while end > start, text[end - 1] == UInt8(ascii: ".") || text[end - 1] == UInt8(ascii: "-")
        {
            end -= 1
        }
        return end - start >= nameMin && text.isWord(start) || end - start > nameMin
            ? Span(start: start, end: end) : nil
    }

    private static func looksMade(_ text: DetectorText, _ name: Span?) -> Bool {
        guard let name else { return false }
        return (name.start..<name.end).contains { text.isDigit($0) || nameSigns.contains(text[$0]) }
    }

    private static let nameSigns = Array("._-".utf8)
    private static let nameMin = 3
    private static let nameMax = 40
    /// Their names in lower case.
    static let networks = """
        snapchat snap sc insta instagram ig tiktok discord whatsapp telegram kik twitter facebook fb
        messenger roblox steam xbox psn playstation viber skype wechat twitch youtube threads bereal
        omegle wizz yubo
        """
}
