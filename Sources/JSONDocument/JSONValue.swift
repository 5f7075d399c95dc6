/// A value of a parsed document: a place on simdjson's tape, valid until the parser's next parse.
package struct JSONValue: BitwiseCopyable {
    package enum Kind: Sendable {
        case object, array, string, integer, unsigned, double, bool, null
    }

    static let payloadMask: UInt64 = (1 << 56) - 1

    let tape: UnsafePointer<UInt64>
    let strings: UnsafePointer<UInt8>
    /// The place on the tape; equal for equal values of one document.
    package let index: Int

    init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int) {
        self.tape = tape
        self.strings = strings
        self.index = index
    }

    private var word: UInt64 { tape[index] }
    private var tag: UInt8 { UInt8(truncatingIfNeeded: word >> 56) }

    package var kind: Kind {
        switch tag {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "l"): .integer
        case UInt8(ascii: "u"): .unsigned
        case UInt8(ascii: "d"): .double
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
        default: .null
        }
    }

    /// The decoded UTF-8 of a string; empty for any other kind.
    package var stringBytes: UnsafeRawBufferPointer {
        guard tag == UInt8(ascii: "\"") else {
            return UnsafeRawBufferPointer(start: strings, count: 0)
        }
        let start = UnsafeRawPointer(strings) + Int(word & Self.payloadMask)
        let count = Int(start.loadUnaligned(as: UInt32.self))
        return UnsafeRawBufferPointer(start: start + 4, count: count)
    }

    /// A string's text; nil for any other kind.
    package var string: String? {
        kind == .string ? String(decoding: stringBytes, as: UTF8.self) : nil
    }

    /// An integer that fits; nil for any other kind.
    package var int64: Int64? {
        kind == .integer ? Int64(bitPattern: tape[index + 1]) : nil
    }

    /// An integer that fits Int64 only without a sign; nil for any other.
    package var uint64: UInt64? {
        kind == .unsigned ? tape[index + 1] : nil
    }

    /// A number's bits as they stand on the tape.
    var numberBits: UInt64 { tape[index + 1] }

    /// Any number as a double; nil for any other kind.
    package var double: Double? {
        switch kind {
        case .integer: Double(Int64(bitPattern: tape[index + 1]))
        case .unsigned: Double(tape[index + 1])
        case .double: Double(bitPattern: tape[index + 1])
        default: nil
        }
    }

    package var bool: Bool? {
        kind == .bool ? tag == UInt8(ascii: "t") : nil
    }

    /// Members of an object or elements of an array; 0 for any other kind.
    package var count: Int {
        let tag = tag
        guard tag == UInt8(ascii: "{") || tag == UInt8(ascii: "[") else { return 0 }
        // simdjson counts up to 24 bits.
        let counted = Int(word >> 32 & 0xFF_FFFF)
        if counted < 0xFF_FFFF { return counted }
        var count = 0
        for _ in members { count += 1 }
        for _ in elements { count += 1 }
        return count
    }

    /// The tape's place after this value.
    package var end: Int {
        switch tag {
        case UInt8(ascii: "{"), UInt8(ascii: "["): Int(word & 0xFFFF_FFFF)
        case UInt8(ascii: "l"), UInt8(ascii: "u"), UInt8(ascii: "d"): index + 2
        default: index + 1
        }
    }

    /// Another value of the same document, by its `index`. A member's key, as a string, stands
    /// directly before the member's value.
    package func at(_ index: Int) -> JSONValue {
        JSONValue(tape: tape, strings: strings, index: index)
    }

    /// An object's member by its key; nil when it has none or this is no object.
    package subscript(key: StaticString) -> JSONValue? {
        member(UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
    }

    /// The same, with the key's UTF-8.
    package func member(_ key: UnsafeRawBufferPointer) -> JSONValue? {
        guard kind == .object else { return nil }
        var place = index + 1
        let close = end - 1
        while place < close {
            let value = at(place + 1)
            if equal(at(place).stringBytes, key) { return value }
            place = value.end
        }
        return nil
    }

    package var members: Members { Members(object: self) }
    package var elements: Elements { Elements(array: self) }

    /// The members of an object, in their order; none of any other kind.
    package struct Members: Sequence, IteratorProtocol {
        private let object: JSONValue
        private var place: Int
        private let close: Int

        init(object: JSONValue) {
            self.object = object
            place = object.index + 1
            close = object.kind == .object ? object.end - 1 : 0
        }

        package mutating func next() -> (key: UnsafeRawBufferPointer, value: JSONValue)? {
            guard place < close else { return nil }
            let value = object.at(place + 1)
            defer { place = value.end }
            return (object.at(place).stringBytes, value)
        }
    }

    /// The elements of an array, in their order; none of any other kind.
    package struct Elements: Sequence, IteratorProtocol {
        private let array: JSONValue
        private var place: Int
        private let close: Int

        init(array: JSONValue) {
            self.array = array
            place = array.index + 1
            close = array.kind == .array ? array.end - 1 : 0
        }

        package mutating func next() -> JSONValue? {
            guard place < close else { return nil }
            let value = array.at(place)
            place = value.end
            return value
        }
    }
}

func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    for place in 0..<a.count where a[place] != b[place] { return false }
    return true
}
