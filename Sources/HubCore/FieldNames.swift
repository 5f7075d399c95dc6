import JSONDocument
import PolicyEngine

/// The names of fields that a bundle's schemas declare: of the fields of a body, only these may stand
/// in an event, because the member chose any other.
struct FieldNames {
    private var names: Set<String> = []

    init(_ bundle: Bundle) {
        for file in bundle.source.files where file.path.hasPrefix("schemas/") {
            var text = file.text
            let parser = JSONParser(depthMax: Self.depthMax)
            text.withUTF8 { bytes in
                withExtendedLifetime(parser) {
                    guard case .value(let schema) = parser.parse(UnsafeRawBufferPointer(bytes))
                    else { return }
                    collect(schema)
                }
            }
        }
    }

    /// A JSON pointer with `*` instead of each step that a member named.
    func covered(_ pointer: String) -> String {
        guard pointer.hasPrefix("/body/") else { return pointer }
        let steps = pointer.split(separator: "/", omittingEmptySubsequences: false)
        return steps.enumerated().map { index, step in
            // It begins with nothing and the body; an element's number is nobody's name.
            if index < 2 || step.utf8.allSatisfy({ (48...57).contains($0) }) { return String(step) }
            let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
            return names.contains(String(name)) ? String(step) : "*"
        }.joined(separator: "/")
    }

    private mutating func collect(_ schema: JSONValue) {
        switch schema.kind {
        case .array: for element in schema.elements { collect(element) }
        case .object:
            for (key, value) in schema.members {
                if String(decoding: key, as: UTF8.self) == "properties", value.kind == .object {
                    for (field, _) in value.members {
                        names.insert(String(decoding: field, as: UTF8.self))
                    }
                }
                collect(value)
            }
        default: break
        }
    }

    /// The deepest that a schema nests.
    private static let depthMax = 64
}
