/// A place in a message's body: a JSON pointer (RFC 6901) that starts with `/body/`.
struct TextPointer: Hashable, Sendable {
    /// As the operator wrote it.
    let source: String
    /// The steps below the body, unescaped.
    let steps: [String]

    /// Nil when it is no pointer into the body.
    init?(_ source: String) {
        guard source.hasPrefix(Self.root) else { return nil }
        var steps: [String] = []
        for step in source.dropFirst(Self.root.count).split(
            separator: "/",
            omittingEmptySubsequences: false
        ) {
            guard let step = Self.unescaped(step) else { return nil }
            steps.append(step)
        }
        self.source = source
        self.steps = steps
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

    private static let root = "/body/"
}
