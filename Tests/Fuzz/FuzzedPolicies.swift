import PolicyEngine

enum FuzzedPolicies {
    private static let files = [
        "bundle.yaml": """
        name: fuzz
        channels: [{match: "club:*", kind: team}]
        messages: {message: {schema: message}}
        members: {claims: {vetted: {type: bool, default: false}}}
        """,
        "schemas/message.json": #"{"type": "object", "properties": {"text": {"type": "string"}}}"#,
        "lists/words.yaml": "terms: [muppet]",
        "rules/10-a.yaml": """
        rules:
          - {id: a, on: message, match: {any: [{list: words}]}, then: {disposition: redact}}
        """,
    ]

    /// A file is good, or refused with places in the files.
    static func run(_ target: FuzzTarget, _ text: String) {
        var files = Self.files
        switch target {
        case .bundle: files["bundle.yaml"] = text
        case .rules: files["rules/10-a.yaml"] = text
        case .tests: files["rules/10-a.test.yaml"] = text
        default: files["lists/words.yaml"] = text
        }
        let source = BundleSource(files: files.map { ($0.key, $0.value) })
        guard case .failure(let errors) = Bundle.load(source) else { return }
        precondition(!errors.diagnostics.isEmpty, "a bundle was refused without a word")
        for diagnostic in errors.diagnostics {
            precondition(files[diagnostic.file] != nil, "\(diagnostic)")
            precondition(diagnostic.line > 0 && diagnostic.column > 0, "\(diagnostic)")
        }
    }
}
