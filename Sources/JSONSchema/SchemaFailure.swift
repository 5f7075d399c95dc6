import JSONDocument

/// Why a document doesn't fulfil a schema.
package struct SchemaFailure: Hashable, Sendable {
    /// Where in the document, as a JSON pointer (RFC 6901); empty for the whole document.
    package let instancePath: String
    /// Where in the schema's file, as a JSON pointer to the keyword; references are followed.
    package let schemaPath: String
    /// The schema's file.
    package let schemaFile: String
    /// A sentence that a member can read, in which the document is called `body`.
    package let sentence: String

    init(_ failure: SchemaValidator.Failure, of root: JSONValue, by schema: Schema) {
        let path = root.path(to: failure.value) ?? (steps: [], isKey: false)
        let step = schema.program.steps[Int(failure.step)]
        let document = schema.documents[Int(step.place.document)]
        let schemaSteps = document.root.path(to: Int(step.place.index))?.steps ?? []
        instancePath = path.steps.pointer
        schemaPath = schemaSteps.pointer
        schemaFile = document.text.file
        sentence = FailureSentence(
            path: path.steps,
            isName: path.isKey,
            schemaPath: schemaSteps,
            value: root.at(failure.value),
            detail: failure.detail,
            program: schema.program
        ).text(step.check)
    }

    /// A document that takes more work than is allowed.
    init(exhaustedBy schema: Schema) {
        instancePath = ""
        schemaPath = ""
        schemaFile = schema.documents[0].text.file
        sentence = "body is too intricate to be checked."
    }
}

extension SchemaFailure: CustomStringConvertible {
    package var description: String {
        "\(instancePath): \(sentence) (\(schemaFile)#\(schemaPath))"
    }
}
