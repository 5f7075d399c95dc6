import JSONDocument

enum FuzzedDocument {
    /// A document is refused, or is the same when it is written and read again.
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let once = written(input) else { return }
        let twice = once.withUnsafeBytes { written($0) }
        precondition(twice == once, "a document changed when it was written and read again")
    }

    private static func written(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        let parser = JSONParser(depthMax: 32)
        return withExtendedLifetime(parser) {
            guard case .value(let value) = parser.parse(text) else { return nil }
            var result: [UInt8] = []
            value.write(into: &result)
            return result
        }
    }
}
