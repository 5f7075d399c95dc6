import Foundation
import Spelling
import Yams

/// The settings of a YAML file, with the environment's on top of it.
struct SettingFile {
    /// The path as the operator wrote it, for messages.
    let path: String
    let lines: [Substring]
    private(set) var root: Setting
    private(set) var faults: [SettingFault] = []
    /// Whether the text is YAML at all; if not, nothing can be said of its settings.
    private(set) var isReadable = true

    /// Prefix of the variables that override the file.
    static let variablePrefix = "TOUCHLINE"
    /// A configuration is a few kilobytes; more is the wrong file.
    static let bytesMax = 1 << 20
    /// Values in a file: far more than any configuration has, and few enough that aliases of
    /// aliases cannot grow without end.
    private static let settingsMax = 10_000

    /// Reads the text, lays the environment over it, and finds what the shape doesn't allow.
    init(path: String, text: String, environment: [String: String], shape: SettingShape) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        root = Setting(value: .section([]), place: .file(path: path, line: 1, column: 1))
        do {
            var budget = Self.settingsMax
            if let node = try Yams.compose(yaml: text) { root = setting(node, &budget) }
            if budget == 0 {
                faults.append(fault(at: root.place, "this is too much to be settings"))
            }
        } catch let error as YamlError {
            faults.append(fault(error))
            isReadable = false
            return
        } catch {
            faults.append(fault(at: root.place, "\(error)"))
            isReadable = false
            return
        }
        if case .empty = root.value { root.value = .section([]) }
        overlay(environment, shape)
        check(root, shape, "the file")
    }

    /// A fault with the line that it is on.
    func fault(at place: SettingPlace, _ message: String) -> SettingFault {
        var line: String?
        if case .file(_, let number, _) = place, lines.indices.contains(number - 1) {
            line = String(lines[number - 1])
        }
        return SettingFault(place: place, message: message, sourceLine: line)
    }

    private func place(_ mark: Mark?) -> SettingPlace {
        mark.map { .file(path: path, line: $0.line, column: $0.column) } ?? .none
    }

    private func setting(_ node: Node, _ budget: inout Int) -> Setting {
        guard budget > 0 else { return Setting(value: .empty, place: place(node.mark)) }
        budget -= 1
        let value: Setting.Value =
            switch node {
            case .scalar(let scalar):
                node.null != nil && scalar.style == .plain ? .empty : .text(scalar.string)
            case .sequence(let items): .list(items.map { setting($0, &budget) })
            case .mapping(let pairs):
                .section(
                    pairs.map { key, value in
                        Setting.Entry(
                            key: key.string ?? "",
                            keyPlace: place(key.mark),
                            setting: setting(value, &budget)
                        )
                    }
                )
            case .alias: .empty
            }
        return Setting(value: value, place: place(node.mark))
    }

    private func fault(_ error: YamlError) -> SettingFault {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return fault(at: place(mark), "this is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "'\($0)'" }.joined(separator: ", ")
            return fault(at: place(context.mark), "a key is written twice: \(names)")
        case .reader(let problem, _, _, _):
            return SettingFault(
                place: .file(path: path, line: 1, column: 1),
                message: "this is not text: \(problem)"
            )
        default: return fault(at: root.place, "this is not YAML: \(error)")
        }
    }

    // The environment.

    private mutating func overlay(_ environment: [String: String], _ shape: SettingShape) {
        let known = shape.variables(prefix: Self.variablePrefix)
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Self.variablePrefix + "_") {
            let place = SettingPlace.environment(variable: name)
            guard let keys = known[name] else {
                let hint = Spelling.hint(for: name, of: known.keys)
                faults.append(fault(at: place, "no setting has this variable\(hint)"))
                continue
            }
            Self.put(Setting(value: .text(text), place: place), at: keys[...], in: &root)
        }
    }

    private static func put(_ new: Setting, at keys: ArraySlice<String>, in setting: inout Setting)
    {
        guard let key = keys.first else {
            setting = new
            return
        }
        var entries: [Setting.Entry] = []
        if case .section(let present) = setting.value { entries = present }
        // A value of the wrong kind stays, and is refused where it stands.
        if case .text = setting.value { return }
        if case .list = setting.value { return }
        let index =
            entries.firstIndex { $0.key == key }
            ?? {
                let empty = Setting(value: .empty, place: new.place)
                entries.append(Setting.Entry(key: key, keyPlace: new.place, setting: empty))
                return entries.count - 1
            }()
        put(new, at: keys.dropFirst(), in: &entries[index].setting)
        setting.value = .section(entries)
    }

    // The shape.

    private mutating func check(_ setting: Setting, _ shape: SettingShape, _ name: String) {
        switch (shape, setting.value) {
        case (_, .empty), (.text, .text), (.texts, .text): break
        case (.texts, .list(let items)):
            for item in items {
                guard case .text = item.value else {
                    faults.append(fault(at: item.place, "\(name) is a list of single values"))
                    continue
                }
            }
        case (.records(let members), .list(let items)):
            for item in items { check(item, .section(members), "an item of \(name)") }
        case (.section(let members), .section(let entries)):
            for entry in entries {
                guard let shape = members[entry.key] else {
                    let hint = Spelling.hint(for: entry.key, of: members.keys)
                    let message = "unknown key '\(entry.key)' in \(name)\(hint)"
                    faults.append(fault(at: entry.keyPlace, message))
                    continue
                }
                check(entry.setting, shape, entry.key)
            }
        case (.text, _): faults.append(fault(at: setting.place, "\(name) is a single value"))
        case (.texts, _):
            faults.append(fault(at: setting.place, "\(name) is a single value or a list"))
        case (.records, _): faults.append(fault(at: setting.place, "\(name) is a list"))
        case (.section(let members), _):
            let keys = members.keys.sorted().joined(separator: ", ")
            faults.append(fault(at: setting.place, "\(name) is a section with \(keys)"))
        }
    }
}
