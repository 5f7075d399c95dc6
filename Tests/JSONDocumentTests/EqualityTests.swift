import JSONDocument
import Testing

/// Values compared as JSON has it, not as they are written.
struct EqualityTests {
    @Test(
        "values are equal by what they mean, and equal ones have one hash",
        arguments: [
            ("1", "1.0", true), ("0", "-0.0", true), ("100", "1e2", true), ("1", "true", false),
            ("9007199254740993", "9007199254740992.0", false),
            ("9223372036854775807", "9223372036854775808.0", false),
            ("9223372036854775808", "9223372036854775808.0", true),
            ("18446744073709551615", "18446744073709551616.0", false),
            (#""é""#, #""\u00e9""#, true), (#""é""#, #""e\u0301""#, false),
            ("null", "false", false),
            (#"{"a":1,"b":[2]}"#, #"{"b":[2.0],"a":1}"#, true), (#"{"a":1}"#, #"{"b":1}"#, false),
            (#"{"a":1}"#, #"{"a":1,"b":1}"#, false), ("[1,2]", "[2,1]", false), ("[]", "{}", false),
        ]
    )
    func equality(left: String, right: String, expected: Bool) throws {
        try withElements(of: "[\(left),\(right)]") { values in
            var steps = 1000
            #expect(values[0].isEqual(to: values[1], steps: &steps) == expected)
            #expect(values[1].isEqual(to: values[0], steps: &steps) == expected)
            if expected {
                let hashes = values.map { $0.equalityHash(steps: &steps) }
                #expect(hashes[0] == hashes[1])
            }
            #expect(steps > 900)
        }
    }

    @Test("a comparison that takes too many steps is given up")
    func steps() throws {
        try withElements(of: #"[["aaaa",[1,2,3]],["aaaa",[1,2,3]]]"#) { values in
            for budget in 0..<6 {
                var steps = budget
                #expect(!values[0].isEqual(to: values[1], steps: &steps))
                #expect(steps < 0)
            }
            var steps = 6
            #expect(values[0].isEqual(to: values[1], steps: &steps))
        }
    }

    @Test("numbers have one order, however they are written")
    func order() throws {
        let numbers = """
            [-1e300, -9223372036854775808, -1.5, -1, 0, 0.5, 9007199254740992.0, 9007199254740993,
             9223372036854775807, 9223372036854775808, 18446744073709549568.0, 18446744073709551615,
             18446744073709551616.0, 1e300]
            """
        try withElements(of: numbers) { values in
            for (left, first) in values.enumerated() {
                for (right, second) in values.enumerated() {
                    #expect(first.compare(to: second) == (left - right).signum())
                }
            }
        }
        try withElements(of: #"[1, "1"]"#) { #expect($0[0].compare(to: $0[1]) == nil) }
    }

    @Test("a value's place gives its path")
    func path() throws {
        try withElements(of: #"[0, {"a/b": [true, {"~": null}]}]"#) { values in
            let list = try #require(values[1]["a/b"])
            let inner = try #require(Array(list.elements)[1]["~"])
            let path = try #require(values[1].path(to: inner.index))
            #expect(path.steps.pointer == "/a~1b/1/~0")
            #expect(!path.isKey)
            let key = try #require(values[1].path(to: inner.index - 1))
            #expect(key.isKey)
            #expect(key.steps == path.steps)
            #expect(values[1].path(to: values[0].index) == nil)
        }
    }

    private func withElements(of text: String, _ body: ([JSONValue]) throws -> Void) throws {
        let parser = JSONParser()
        var text = text
        try text.withUTF8 { bytes in
            guard case .value(let list) = parser.parse(UnsafeRawBufferPointer(bytes)) else {
                Issue.record("it was refused")
                return
            }
            try body(Array(list.elements))
        }
    }
}
