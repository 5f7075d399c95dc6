/// Where a setting was written.
enum SettingPlace: Hashable, Sendable {
    /// Line and column from 1; columns count characters.
    case file(path: String, line: Int, column: Int)
    case environment(variable: String)
    /// Nowhere: it is missing, or it was not read from anything.
    case none
}

/// What is wrong with a setting, and where.
///
/// Its description begins with the place, then shows the line with a caret, when there is one:
/// `touchline.yaml:3:5: unknown key 'prot' in hub (did you mean 'port'?)`.
struct SettingFault: Error, Hashable, CustomStringConvertible {
    var place: SettingPlace
    var message: String
    /// The line of the file that the place is on.
    var sourceLine: String?

    var description: String {
        switch place {
        case .file(let path, let line, let column):
            guard let sourceLine else { return "\(path):\(line):\(column): \(message)" }
            // Tabs are kept, so that the caret stands where the terminal puts the character.
            let indent = String(sourceLine.prefix(column - 1).map { $0 == "\t" ? "\t" : " " })
            return "\(path):\(line):\(column): \(message)\n\(sourceLine)\n\(indent)^"
        case .environment(let variable): return "\(variable): \(message)"
        case .none: return message
        }
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
struct SettingFaults: Error, CustomStringConvertible {
    var faults: [SettingFault]

    var description: String {
        faults.map(\.description).joined(separator: "\n")
    }
}
