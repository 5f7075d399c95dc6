import CEL
import Foundation

/// One case: an expression, what it is given, and what it must give.
struct ConformanceCase {
    let file: String
    let place: String
    let source: String
    private let fields: [String: Any]

    init(_ fields: [String: Any]) {
        self.fields = fields
        file = fields["file"] as? String ?? ""
        source = fields["expr"] as? String ?? ""
        let parts = [file, fields["section"] as? String ?? "", fields["name"] as? String ?? ""]
        place = parts.joined(separator: "/")
    }

    /// Why the case fails, or nil when it passes.
    func failure() -> String? {
        let expected = fields["expect"] as? [String: Any] ?? [:]
        let answer = Result { try evaluate(checking: expected["deduced_type"] as? [String: Any]) }
        switch answer {
        case .failure(let error):
            return expected["error"] == nil ? "\(error)" : nil
        case .success(let value):
            if expected["error"] != nil { return "no error, but \(String(describing: value))" }
            guard let value, let wanted = expected["value"] as? [String: Any] else { return nil }
            return Self.equal(value, Self.value(wanted)) ? nil : "\(value)"
        }
    }

    private struct Mismatch: Error {
        let found: ValueType
    }

    private func evaluate(checking type: [String: Any]?) throws -> Value? {
        let environment = environment()
        let isUnchecked = fields["disable_check"] as? Bool == true
        let program =
            try isUnchecked
            ? Program.compileUnchecked(source, in: environment).get()
            : Program.compile(source, in: environment).get()
        if let type, program.type != Self.type(type) { throw Mismatch(found: program.type) }
        if fields["check_only"] as? Bool == true { return nil }
        let facts = FactTable(environment)
        for (name, value) in fields["bindings"] as? [String: [String: Any]] ?? [:] {
            if let slot = environment.slot(name) { facts[slot] = Self.value(value) }
        }
        return try program.evaluate(facts)
    }

    private func environment() -> Environment {
        var environment = Environment(container: fields["container"] as? String ?? "")
        for declaration in fields["type_env"] as? [[String: Any]] ?? [] {
            let name = declaration["name"] as? String ?? ""
            if let variable = declaration["ident"] as? [String: Any] {
                environment.declare(name, Self.type(variable["type"]))
            }
            let function = declaration["function"] as? [String: Any]
            let overloads = function?["overloads"] as? [[String: Any]] ?? []
            for overload in overloads {
                let parameters = (overload["params"] as? [Any] ?? []).map(Self.type)
                environment.declare(
                    function: name,
                    [Overload(parameters, Self.type(overload["resultType"]))]
                )
            }
        }
        return environment
    }

    private static func type(_ json: Any?) -> ValueType {
        guard let (kind, content) = (json as? [String: Any])?.first else { return .dyn }
        let fields = content as? [String: Any] ?? [:]
        switch (kind, content as? String) {
        case ("primitive", "BOOL"): return .bool
        case ("primitive", "INT64"): return .int
        case ("primitive", "UINT64"): return .uint
        case ("primitive", "DOUBLE"): return .double
        case ("primitive", "STRING"): return .string
        case ("primitive", "BYTES"): return .bytes
        case ("listType", _): return .list(type(fields["elemType"]))
        case ("mapType", _): return .map(type(fields["keyType"]), type(fields["valueType"]))
        case ("typeParam", let name?): return .parameter(name)
        case ("abstractType", _):
            let parameters = (fields["parameterTypes"] as? [Any] ?? []).map(type)
            let name = fields["name"] as? String ?? ""
            return name == "optional_type"
                ? .optional(parameters[0]) : .opaque(name, parameters)
        default: return .dyn
        }
    }

    private static func value(_ json: [String: Any]) -> Value {
        guard let (kind, content) = json.first else { return .null }
        let text = content as? String ?? ""
        switch kind {
        case "bool": return .bool(content as? Bool == true)
        case "int": return .int(Int64(text) ?? 0)
        case "uint": return .uint(UInt64(text) ?? 0)
        case "double": return .double(Double(text) ?? 0)
        case "string": return .string(text)
        case "bytes_base64": return .bytes(Array(Data(base64Encoded: text) ?? Data()))
        case "type": return .type(text)
        case "list": return .list((content as? [[String: Any]] ?? []).map(value))
        case "map":
            let pairs = content as? [[[String: Any]]] ?? []
            let entries = pairs.map { (key: value($0[0]), value: value($0[1])) }
            return MapValue(entries).map(Value.map) ?? .null
        default: return .null
        }
    }

    /// Equality of values and their types; the language's own would take 1 for 1.0.
    private static func equal(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy(equal)
        case (.map(let left), .map(let right)):
            left.entries.count == right.entries.count
                && left.entries.allSatisfy { entry in
                    right[entry.key].map { equal(entry.value, $0) } ?? false
                }
        case (.double(let left), .double(let right)):
            left == right || left.isNaN && right.isNaN
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        default:
            left.typeName == right.typeName && "\(left)" == "\(right)"
        }
    }
}
