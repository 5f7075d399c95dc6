import JSONDocument

/// A compiled schema. Safe to use from several threads, each with its own `SchemaValidator`.
package final class Schema: @unchecked Sendable {
    /// What isn't wrong but probably not meant, such as `requried`.
    package let warnings: [SchemaMistake]

    let program: Program
    /// Kept for their tapes, and for the places of failures.
    let documents: [SchemaDocument]

    init(_ tables: ProgramTables, documents: [SchemaDocument], warnings: [SchemaMistake]) {
        program = Program(tables)
        self.documents = documents
        self.warnings = Set(warnings).sorted()
    }

    deinit { program.free() }
}
