/// A policy file while it is read: its lines, and the faults found in it.
final class SourceFile {
    /// The path within the bundle.
    let path: String
    let text: String
    private let display: String
    private let lines: [Substring]
    private(set) var diagnostics: [Diagnostic] = []
    /// What is not wrong but probably not meant.
    private(set) var warnings: [Diagnostic] = []

    init(path: String, text: String, folder: String) {
        self.path = path
        self.text = text
        display = folder + path
        // By bytes: by characters it would take as long as everything else in a large list.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for index in lines.indices.dropLast() where lines[index].last == UInt8(ascii: "\r") {
            lines[index].removeLast()
        }
        self.lines = lines.map(Substring.init)
    }

    /// What rules and the tests beside them share: `10-conduct` of `rules/10-conduct.test.yaml`.
    var topic: String { String((path.split(separator: "/").last ?? "").prefix { $0 != "." }) }

    /// The line of this number, counted from 1; empty beyond the end.
    func line(_ number: Int) -> Substring {
        lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }

    var lineCount: Int { lines.count }

    /// Notes a fault; beyond `faultsMax` in one file no more are noted.
    func report(_ message: String, line: Int, column: Int) {
        guard diagnostics.count < Self.faultsMax else { return }
        diagnostics.append(diagnostic(message, line: line, column: column))
    }

    /// Notes what is not wrong but probably not meant.
    func warn(_ message: String, line: Int, column: Int) {
        guard warnings.count < Self.faultsMax else { return }
        warnings.append(diagnostic(message, line: line, column: column))
    }

    /// A fault at a place of the file.
    func diagnostic(_ message: String, line: Int, column: Int) -> Diagnostic {
        Diagnostic(
            file: display,
            line: line,
            column: column,
            message: message,
            excerpt: String(self.line(line))
        )
    }

    /// Notes a fault of the file as a whole.
    func report(_ message: String) {
        diagnostics.append(Diagnostic(file: display, message: message))
    }

    /// Nobody reads more, and each carries a line.
    private static let faultsMax = 50
}
