/// Refuses, before the YAML parser sees a file, what policy files don't use and parsers suffer
/// from: anchors, aliases, tags, complex keys, deep nesting.
///
/// It knows just enough of YAML 1.2 to tell where a value starts: quoted and block scalars,
/// comments, and plain scalars are skipped. A value that only looks like an alias needs quotes.
struct YAMLGate {
    private let file: SourceFile
    private var state = State.open
    /// Closers of the open `[` and `{`.
    private var flow: [Unicode.Scalar] = []
    private var hasContent = false
    /// Where the innermost block collection stands that the last line with one opened.
    private var parent = -1

    private enum State {
        case open
        case doubleQuoted
        case singleQuoted
        /// Within a block scalar. `indent` is nil until its first line with text.
        case block(parent: Int, indent: Int?)
    }

    /// Reports every such thing; true when there was none.
    static func passes(_ file: SourceFile) -> Bool {
        var gate = YAMLGate(file: file)
        let before = file.diagnostics.count
        for number in 1...max(file.lineCount, 1) {
            gate.read(line: number)
        }
        return file.diagnostics.count == before
    }

    private init(file: SourceFile) {
        self.file = file
    }

    private mutating func read(line number: Int) {
        let text = Array(file.line(number).unicodeScalars)
        if let index = text.firstIndex(where: Self.breaksLines) {
            let message = "a line break other than LF or CRLF"
            file.report(message, line: number, column: index + 1)
        }
        if case .block(let parent, let indent) = state {
            guard let start = text.firstIndex(where: { $0 != " " }) else { return }
            if start > parent, start >= indent ?? start {
                state = .block(parent: parent, indent: indent ?? start)
                return
            }
            state = .open
        }
        var line = Line(text: text, number: number)
        if flow.isEmpty, case .open = state, text.starts(with: "---".unicodeScalars) {
            if hasContent { refuse("a policy file is one document: '---' starts another", line, 0) }
            line.index = 3
        }
        while line.index < text.count { step(&line) }
        if line.parent >= 0 { parent = line.parent }
    }

    /// A line while it is read.
    private struct Line {
        let text: [Unicode.Scalar]
        let number: Int
        var index = 0
        /// Where the innermost block collection that the line opens stands.
        var parent = -1

        func isBlank(at index: Int) -> Bool {
            index >= text.count || text[index] == " " || text[index] == "\t"
        }
    }

    private mutating func step(_ line: inout Line) {
        switch state {
        case .doubleQuoted:
            if line.text[line.index] == "\\" {
                line.index += 1
            } else if line.text[line.index] == "\"" {
                state = .open
            }
            line.index += 1
        case .singleQuoted:
            if line.text[line.index] == "'" { state = .open }
            line.index += 1
        case .open: stepOpen(&line)
        case .block: line.index = line.text.count
        }
    }

    private mutating func stepOpen(_ line: inout Line) {
        let index = line.index
        let scalar = line.text[index]
        line.index += 1
        if scalar == " " || scalar == "\t" { return }
        if scalar == "#" {
            line.index = line.text.count
            return
        }
        hasContent = true
        switch scalar {
        case ",", "]", "}", ":":
            if flow.last == scalar { flow.removeLast() }
        case "-" where line.isBlank(at: index + 1): line.parent = index
        case "[", "{":
            flow.append(scalar == "[" ? "]" : "}")
            if flow.count == Self.depthMax + 1 {
                refuse("brackets nest deeper than \(Self.depthMax)", line, index)
            }
        case "\"":
            state = .doubleQuoted
            if flow.isEmpty { line.parent = max(line.parent, index) }
        case "'":
            state = .singleQuoted
            if flow.isEmpty { line.parent = max(line.parent, index) }
        case "|" where flow.isEmpty, ">" where flow.isEmpty: openBlock(&line)
        case "&", "*":
            refuse(
                "anchors and aliases ('\(scalar)') are not used here; put the text in quotes",
                line,
                index
            )
            skipPlain(&line)
        case "!":
            refuse("tags ('!') are not used here; put the text in quotes", line, index)
            skipPlain(&line)
        case "?" where line.isBlank(at: index + 1) || !flow.isEmpty:
            refuse("complex keys ('?') are not used here", line, index)
        default:
            if flow.isEmpty { line.parent = max(line.parent, index) }
            skipPlain(&line)
        }
    }

    private func refuse(_ message: String, _ line: Line, _ index: Int) {
        file.report(message, line: line.number, column: index + 1)
    }

    /// Skips to the end of a plain scalar on this line.
    private func skipPlain(_ line: inout Line) {
        while line.index < line.text.count {
            let scalar = line.text[line.index]
            if scalar == ":", line.isBlank(at: line.index + 1) || isFlow(line, line.index + 1) {
                return
            }
            if scalar == "#", line.isBlank(at: line.index - 1) { return }
            if isFlow(line, line.index) { return }
            line.index += 1
        }
    }

    private func isFlow(_ line: Line, _ index: Int) -> Bool {
        guard !flow.isEmpty, index < line.text.count else { return false }
        return switch line.text[index] {
        case ",", "[", "]", "{", "}": true
        default: false
        }
    }

    private mutating func openBlock(_ line: inout Line) {
        let header = line.text[line.index...].prefix { $0 != " " && $0 != "#" }
        let digits = header.compactMap { $0.properties.numericType == nil ? nil : Int(String($0)) }
        let parent = line.parent >= 0 ? line.parent : parent
        let indent = digits.first.map { max(parent, 0) + $0 }
        state = .block(parent: parent, indent: indent)
        line.index = line.text.count
    }

    /// Line breaks for a YAML 1.1 parser, not for people's editors.
    private static func breaksLines(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    /// Policies need four or five levels.
    private static let depthMax = 32
}
