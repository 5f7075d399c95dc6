import CSimdjson

/// Parses JSON texts (RFC 8259) one after another with simdjson, without allocating for texts
/// within what it has seen before.
///
/// Stricter than simdjson alone: duplicate keys and U+0000 are refused, because two parsers must
/// never read two messages out of one. Lone surrogates, bad UTF-8 and integers beyond 64 bits are
/// refused by simdjson.
package final class JSONParser {
    /// Nesting accepted unless the caller says otherwise: far more than any message type has.
    package static let defaultDepthMax = 32

    private let parser: OpaquePointer
    private let duplicates: DuplicateKeyCheck

    /// - Parameters:
    ///   - depthMax: nesting accepted, 1 or more.
    ///   - acceptsNUL: whether strings may hold U+0000, which PostgreSQL can't store.
    package init(depthMax: Int = JSONParser.defaultDepthMax, acceptsNUL: Bool = false) {
        guard let parser = tl_json_create(max(1, depthMax) + 1) else {
            preconditionFailure("no memory for a JSON parser")
        }
        self.parser = parser
        self.depthMax = max(1, depthMax)
        duplicates = DuplicateKeyCheck(acceptsNUL: acceptsNUL)
    }

    private let depthMax: Int

    deinit { tl_json_destroy(parser) }

    /// What parsing came to.
    package enum Reading {
        /// Valid until the parser's next parse.
        case value(JSONValue)
        case refused(JSONRefusal)
    }

    /// Parses one whole text.
    package func parse(_ text: UnsafeRawBufferPointer) -> Reading {
        guard let base = text.baseAddress, !text.isEmpty else { return .refused(.syntax) }
        let result = tl_json_parse(
            parser,
            base.assumingMemoryBound(to: UInt8.self),
            text.count
        )
        guard result.error == 0, let tape = result.tape, let strings = result.strings else {
            return .refused(JSONRefusal(code: result.error))
        }
        let root = JSONValue(tape: tape, strings: strings, index: 1)
        if let refusal = duplicates.check(
            root,
            end: Int(tape[0] & JSONValue.payloadMask) - 1,
            depthMax: depthMax
        ) {
            return .refused(refusal)
        }
        return .value(root)
    }
}

/// Why a text is not accepted.
package enum JSONRefusal: Sendable, Equatable {
    case syntax, notUTF8, tooDeep, number, tooLarge, duplicateKey, nulCharacter

    init(code: Int32) {
        switch Int(code) {
        case TL_JSON_DEPTH: self = .tooDeep
        case TL_JSON_UTF8: self = .notUTF8
        case TL_JSON_NUMBER: self = .number
        case TL_JSON_CAPACITY: self = .tooLarge
        default: self = .syntax
        }
    }

    /// One sentence that a member can read.
    package var sentence: String {
        switch self {
        case .syntax: "The message is not valid JSON."
        case .notUTF8: "The message is not valid UTF-8."
        case .tooDeep: "The message is nested too deeply."
        case .number: "The message has a number that does not fit 64 bits."
        case .tooLarge: "The message is too large to be read."
        case .duplicateKey: "The message names a key twice."
        case .nulCharacter: "The message has the character U+0000 in a string."
        }
    }
}
