import JSONDocument

/// Schema documents that may refer to one another. Nothing else is ever looked up.
package final class SchemaLibrary: Sendable {
    private let places: [String: Place]
    private let files: [String: SchemaDocument]

    /// A resource of a document.
    struct Place: Sendable {
        let document: SchemaDocument
        let resource: Int
    }

    /// Reads documents; throws all mistakes of their JSON and their names at once.
    package init(_ texts: [SchemaText]) throws(SchemaErrors) {
        var places = Self.metaSchemas
        var files: [String: SchemaDocument] = [:]
        var mistakes: [SchemaMistake] = []
        for text in texts {
            do {
                let document = try SchemaDocument(text)
                files[text.file] = document
                mistakes += Self.add(document, to: &places)
            } catch {
                mistakes += error.mistakes
            }
        }
        guard mistakes.isEmpty else { throw SchemaErrors(mistakes) }
        self.places = places
        self.files = files
    }

    /// Compiles one document and what it refers to; throws all mistakes at once.
    ///
    /// - Parameters:
    ///   - file: as its `SchemaText` names it.
    ///   - formatIsAssertion: whether `format` refuses; else it only tells, as draft 2020-12 has
    ///     it where no vocabulary says otherwise.
    package func compile(
        _ file: String,
        formatIsAssertion: Bool = false
    ) throws(SchemaErrors) -> Schema {
        guard let document = files[file] else {
            let text = SchemaText(file: file, text: "")
            throw SchemaErrors([SchemaMistake("there is no such schema", at: 0, in: text)])
        }
        var compiler = Compiler(places: places, formatIsAssertion: formatIsAssertion)
        return try compiler.compile(document)
    }

    /// Adds a document under its own URI and each of its resources'.
    private static func add(
        _ document: SchemaDocument,
        to places: inout [String: Place]
    ) -> [SchemaMistake] {
        var mistakes: [SchemaMistake] = []
        for number in document.resources.indices {
            let uri = document.resources[number].uri
            if let other = places[uri] {
                let file = other.document.text.file
                let message = "'\(uri)' is also the URI of a schema in \(file)"
                let root = document.resources[number].root
                mistakes.append(document.mistake(message, at: root))
            }
            places[uri] = Place(document: document, resource: number)
        }
        if places[document.text.uri] == nil {
            places[document.text.uri] = Place(document: document, resource: 0)
        }
        return mistakes
    }

    /// The meta-schemas of draft 2020-12.
    private static let metaSchemas: [String: Place] = {
        var places: [String: Place] = [:]
        let texts = [
            ("schema", PackageResources.schema_json), ("core", PackageResources.core_json),
            ("applicator", PackageResources.applicator_json),
            ("unevaluated", PackageResources.unevaluated_json),
            ("validation", PackageResources.validation_json),
            ("meta-data", PackageResources.meta_data_json),
            ("format-annotation", PackageResources.format_annotation_json),
            ("format-assertion", PackageResources.format_assertion_json),
            ("content", PackageResources.content_json),
        ]
        for (name, bytes) in texts {
            let text = String(decoding: bytes, as: UTF8.self)
            let source = SchemaText(file: "(built in) \(name)", text: text, uri: Dialect.currentURI)
            guard let document = try? SchemaDocument(source) else {
                preconditionFailure("the meta-schema \(name) can't be read")
            }
            _ = add(document, to: &places)
        }
        return places
    }()
}
