import JSONDocument
import JSONSchema
import Testing

/// Compiles one schema, named `schema.json`, among others by their file names.
func compile(
    _ schema: String,
    with others: [String: String] = [:],
    formatIsAssertion: Bool = false
) throws -> Schema {
    let texts = others.map { SchemaText(file: $0.key, text: $0.value) }
    let library = try SchemaLibrary(texts + [SchemaText(file: "schema.json", text: schema)])
    return try library.compile("schema.json", formatIsAssertion: formatIsAssertion)
}

/// The first failure of a document, or nil when it is valid.
func failure(of document: String, by schema: Schema) throws -> SchemaFailure? {
    try withDocument(document) { SchemaValidator(schema).failure(of: $0) }
}

func withDocument<Result>(_ text: String, _ body: (JSONValue) throws -> Result) throws -> Result {
    let parser = JSONParser(depthMax: 1024, acceptsNUL: true)
    var text = text
    return try text.withUTF8 { bytes in
        guard case .value(let value) = parser.parse(UnsafeRawBufferPointer(bytes)) else {
            throw Refused()
        }
        return try body(value)
    }
}

/// A document that is no JSON, or has a number beyond 64 bits.
struct Refused: Error {}

/// The same numbers for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
