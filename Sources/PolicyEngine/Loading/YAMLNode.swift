import ContentMatching
import Spelling
import Yams

/// A value of a policy file, read as what the reader expects; anything else is reported there.
struct YAMLNode {
    private let node: Node
    let file: SourceFile

    init(_ node: Node, in file: SourceFile) {
        self.node = node
        self.file = file
    }

    /// Reports a fault at this value's place; `offset` counts Unicode scalars within its text.
    func report(_ message: String, offset: Int = 0) {
        if offset > 0, case .scalar(let scalar) = node {
            let place = ScalarPlace(offset, in: scalar, of: file)
            file.report(message, line: place.line, column: place.column)
        } else {
            file.report(message, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        }
    }

    /// Notes at this value's place what is not wrong but probably not meant.
    func warn(_ message: String) {
        file.warn(message, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// A fault at this value's place that isn't reported here.
    func diagnostic(_ message: String) -> Diagnostic {
        file.diagnostic(message, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    /// Reports a fault at a line and column of this value's text, both counted from 1.
    func report(_ message: String, line: Int, column: Int) {
        let lines = (scalar ?? "").unicodeScalars.split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let before = lines.prefix(line - 1).reduce(0) { $0 + $1.count + 1 }
        report(message, offset: before + column - 1)
    }

    /// `file:line` of this value.
    var place: String { "\(file.path):\(node.mark?.line ?? 1)" }

    /// The scalar's text whatever its type, or nil.
    var scalar: String? {
        if case .scalar(let scalar) = node { return scalar.string }
        return nil
    }

    var isSequence: Bool {
        if case .sequence = node { return true }
        return false
    }

    var isMapping: Bool {
        if case .mapping = node { return true }
        return false
    }

    /// A text that is not empty and has at most `bytesMax` bytes.
    func text(bytesMax: Int) -> String? {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
            report("expected text, found \(kind)")
            return nil
        }
        guard scalar.string.utf8.count <= bytesMax else {
            report(
                "the text has \(scalar.string.utf8.count) bytes, at most \(bytesMax) are allowed"
            )
            return nil
        }
        return scalar.string
    }

    /// A pattern of channels' names, spelt as they are.
    func channelGlob() -> ChannelGlob? {
        guard let text = text(bytesMax: 256) else { return nil }
        guard ComposedForm.holds(text) else {
            report(
                "its accents are characters of their own (Unicode NFD), which names of channels can't"
                    + " have, so it matches none: save the file in NFC, or type it anew"
            )
            return nil
        }
        return ChannelGlob(text)
    }

    /// A whole number of a range.
    func integer(_ range: ClosedRange<Int>) -> Int? {
        guard case .scalar(let scalar) = node, scalar.style == .plain,
            let number = Int(scalar.string)
        else {
            report("expected a whole number, found \(kind)")
            return nil
        }
        guard range.contains(number) else {
            report("\(number) is out of range: \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    func bool() -> Bool? {
        guard case .scalar(let scalar) = node, scalar.style == .plain,
            let value = Bool(scalar.string)
        else {
            report("expected true or false, found \(kind)")
            return nil
        }
        return value
    }

    /// One of the words that are the raw values of `Word`.
    func word<Word: RawRepresentable & CaseIterable>(_ type: Word.Type) -> Word?
    where Word.RawValue == String {
        let known = Word.allCases.map(\.rawValue)
        guard let text = scalar, !text.isEmpty else {
            report("expected one of \(known.joined(separator: ", ")), found \(kind)")
            return nil
        }
        guard let word = Word(rawValue: text) else {
            report("unknown word '\(text)'\(Spelling.hintOrList(for: text, of: known))")
            return nil
        }
        return word
    }

    /// The items of a list with at most `countMax`.
    func items(countMax: Int) -> [YAMLNode]? {
        guard case .sequence(let sequence) = node else {
            report("expected a list, found \(kind)")
            return nil
        }
        guard sequence.count <= countMax else {
            report("the list has \(sequence.count) items, at most \(countMax) are allowed")
            return nil
        }
        return sequence.map { YAMLNode($0, in: file) }
    }

    /// The keys and values of a mapping, in the file's order.
    func entries() -> [(key: YAMLNode, name: String, value: YAMLNode)]? {
        guard case .mapping(let mapping) = node else {
            report("expected keys and values, found \(kind)")
            return nil
        }
        return mapping.compactMap { pair in
            let key = YAMLNode(pair.key, in: file)
            guard let name = key.text(bytesMax: 200) else { return nil }
            return (key, name, YAMLNode(pair.value, in: file))
        }
    }

    /// A length of time such as `10s`, `30m`, `24h` or `7d`, in seconds.
    func duration(_ range: ClosedRange<Int>) -> Int? {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let text = scalar, let unit = text.last.flatMap({ units[$0] }),
            let number = Int(text.dropLast()), number > 0, number < 1 << 32
        else {
            report("expected a length of time such as 10s, 30m, 24h or 7d, found \(kind)")
            return nil
        }
        guard range.contains(number * unit) else {
            report("'\(text)' is out of range: \(range.lowerBound)s to \(range.upperBound)s")
            return nil
        }
        return number * unit
    }

    /// Whether it is a scalar without quotes on one line.
    var isPlain: Bool {
        if case .scalar(let scalar) = node { return scalar.style == .plain }
        return false
    }

    /// What the value is, for messages.
    private var kind: String {
        switch node {
        case .scalar(let scalar):
            scalar.string.isEmpty ? "nothing" : "'\(scalar.string.prefix(40))'"
        case .mapping: "keys and values"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
