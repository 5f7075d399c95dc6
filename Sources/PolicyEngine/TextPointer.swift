/// Places of texts in an item: a JSON pointer (RFC 6901) that starts with `/body/`, in which the
/// step `*` stands for every element of an array or member of an object.
struct TextPointer: Hashable, Sendable {
    /// As the operator wrote it.
    let source: String
    let root: Root
    /// The steps below the root, unescaped.
    let steps: [String]

    enum Root: Hashable, Sendable {
        /// A message's body.
        case body
        /// Every string of a message's body.
        case everyText
        /// The name of the member who acts.
        case name
    }

    static let everyText = TextPointer(source: "/body", root: .everyText, steps: [])
    static let name = TextPointer(source: "/subject/name", root: .name, steps: [])

    private init(source: String, root: Root, steps: [String]) {
        self.source = source
        self.root = root
        self.steps = steps
    }

    /// Nil when it is no such pointer.
    init?(_ source: String) {
        if source == Self.name.source {
            self = .name
            return
        }
        guard source.hasPrefix(Self.bodyPrefix) else { return nil }
        var steps: [String] = []
        for step in source.dropFirst(Self.bodyPrefix.count).split(
            separator: "/",
            omittingEmptySubsequences: false
        ) {
            guard let step = Self.unescaped(step) else { return nil }
            steps.append(step)
        }
        self.init(source: source, root: .body, steps: steps)
    }

    private static func unescaped(_ step: Substring) -> String? {
        var rest = step
        var result = ""
        while let tilde = rest.firstIndex(of: "~") {
            result += rest[..<tilde]
            switch rest[tilde...].prefix(2) {
            case "~0": result += "~"
            case "~1": result += "/"
            default: return nil
            }
            rest = rest[tilde...].dropFirst(2)
        }
        return result + rest
    }

    private static let bodyPrefix = "/body/"
}
