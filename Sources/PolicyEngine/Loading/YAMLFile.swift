import Yams

/// Reads one policy file's YAML into nodes that know their place.
enum YAMLFile {
    /// The file's root, or nil after reporting why there is none.
    static func root(of file: SourceFile) -> YAMLNode? {
        guard file.text.utf8.count <= BundleLayout.fileBytesMax else {
            file.report("the file has over \(BundleLayout.fileBytesMax) bytes")
            return nil
        }
        guard YAMLGate.passes(file) else { return nil }
        do {
            let parser = try Parser(yaml: file.text, resolver: .basic, encoding: .utf8)
            if let root = try parser.singleRoot() { return YAMLNode(root, in: file) }
            file.report("the file is empty", line: 1, column: 1)
        } catch {
            report(error, in: file)
        }
        return nil
    }

    private static func report(_ error: any Error, in file: SourceFile) {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            var opening = ""
            if let context, context.mark.line != mark.line {
                opening = "\(context.text.trimmed) (line \(context.mark.line)): "
            }
            file.report("\(opening)\(problem.trimmed)", line: mark.line, column: mark.column)
        case .reader(let problem, let offset, _, _):
            let (line, column) = place(of: offset ?? 0, in: file.text)
            file.report(problem, line: line, column: column)
        case .duplicatedKeysInMapping(let duplicates, let context):
            reportDuplicate(duplicates.first ?? "", first: context.mark, in: file)
        default:
            file.report("not readable as YAML")
        }
    }

    /// The parser tells only the place of the first of the two: looks for the second in the same
    /// column, which in a block mapping is where keys stand.
    private static func reportDuplicate(_ key: String, first: Mark, in file: SourceFile) {
        var place = (line: first.line, column: first.column)
        for number in first.line + 1..<max(file.lineCount + 1, first.line + 2) {
            let rest = file.line(number).unicodeScalars.dropFirst(first.column - 1)
            let isKey = [key, "\"\(key)\"", "'\(key)'"].contains {
                rest.starts(with: "\($0):".unicodeScalars)
            }
            if isKey,
                file.line(number).unicodeScalars.prefix(first.column - 1).allSatisfy({ $0 == " " })
            {
                place.line = number
                break
            }
        }
        let message = "the key '\(key)' stands twice in one mapping (first in line \(first.line))"
        file.report(message, line: place.line, column: place.column)
    }

    private static func place(of offset: Int, in text: String) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for scalar in String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars {
            column += 1
            if scalar == "\n" { (line, column) = (line + 1, 1) }
        }
        return (line, column)
    }
}

extension String {
    fileprivate var trimmed: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
