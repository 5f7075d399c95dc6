import JSONDocument
import JSONSchema

enum FuzzedSchema {
    /// A schema has mistakes in its lines, or judges a document.
    static func run(_ input: UnsafeRawBufferPointer) {
        let end = input.firstIndex(of: 0) ?? input.count
        let text = String(decoding: input[..<end], as: UTF8.self)
        let schema: Schema
        do {
            let library = try SchemaLibrary([SchemaText(file: "schema.json", text: text)])
            schema = try library.compile("schema.json", formatIsAssertion: true)
        } catch {
            precondition(!error.mistakes.isEmpty, "a schema was refused without a word")
            let lines = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
            for mistake in error.mistakes { precondition((1...lines).contains(mistake.line)) }
            return
        }
        let parser = JSONParser(depthMax: 32)
        withExtendedLifetime(parser) {
            let document = UnsafeRawBufferPointer(rebasing: input[min(end + 1, input.count)...])
            guard case .value(let value) = parser.parse(document) else { return }
            let validator = SchemaValidator(schema, stepsMax: 10_000)
            let failure = validator.failure(of: value)
            precondition((failure == nil) == validator.isValid(value))
        }
    }
}
