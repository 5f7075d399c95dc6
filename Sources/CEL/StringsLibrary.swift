extension FunctionLibrary {
    /// The extension `strings`; places count Unicode scalars.
    static let strings: Functions = [
        "charAt": [
            member([.string, .int], .string) { text, values throws(Fault) in
                let scalars = Array(text.unicodeScalars)
                let place = try values[1].place(upTo: scalars.count)
                return .string(place == scalars.count ? "" : String(scalars[place]))
            }
        ],
        "indexOf": [
            member([.string, .string], .int) { text, values throws(Fault) in
                .int(text.place(of: try values[1].text(), from: 0))
            },
            member([.string, .string, .int], .int) { text, values throws(Fault) in
                let start = try values[2].place(upTo: text.scalarCount)
                return .int(text.place(of: try values[1].text(), from: start))
            },
        ],
        "lastIndexOf": [
            member([.string, .string], .int) { text, values throws(Fault) in
                .int(text.lastPlace(of: try values[1].text(), from: nil))
            },
            member([.string, .string, .int], .int) { text, values throws(Fault) in
                let start = try values[2].place(upTo: text.scalarCount)
                return .int(text.lastPlace(of: try values[1].text(), from: start))
            },
        ],
        "lowerAscii": [
            member([.string], .string) { text, _ in
                .string(text.mapASCII(UInt8(ascii: "A")...UInt8(ascii: "Z")))
            }
        ],
        "upperAscii": [
            member([.string], .string) { text, _ in
                .string(text.mapASCII(UInt8(ascii: "a")...UInt8(ascii: "z")))
            }
        ],
        "replace": [
            member([.string, .string, .string], .string) { text, values throws(Fault) in
                .string(try text.replacing(try values[1].text(), try values[2].text(), max: -1))
            },
            member([.string, .string, .string, .int], .string) { text, values throws(Fault) in
                let max = try values[3].number()
                return .string(
                    try text.replacing(try values[1].text(), try values[2].text(), max: max)
                )
            },
        ],
        "split": [
            member([.string, .string], .list(.string)) { text, values throws(Fault) in
                .list(try text.split(by: try values[1].text(), max: -1))
            },
            member([.string, .string, .int], .list(.string)) { text, values throws(Fault) in
                .list(try text.split(by: try values[1].text(), max: try values[2].number()))
            },
        ],
        "substring": [
            member([.string, .int], .string) { text, values throws(Fault) in
                let scalars = text.unicodeScalars
                let start = try values[1].place(upTo: scalars.count)
                return .string(String(scalars.dropFirst(start)))
            },
            member([.string, .int, .int], .string) { text, values throws(Fault) in
                let scalars = text.unicodeScalars
                let count = scalars.count
                let start = try values[1].place(upTo: count)
                let end = try values[2].place(upTo: count)
                guard start <= end else { throw .invalid("the substring ends before it starts") }
                return .string(String(scalars.dropFirst(start).prefix(end - start)))
            },
        ],
        "trim": [member([.string], .string) { text, _ in .string(text.trimmed) }],
        "reverse": [
            member([.string], .string) { text, _ in
                var reversed = String.UnicodeScalarView()
                reversed.append(contentsOf: text.unicodeScalars.reversed())
                return .string(String(reversed))
            }
        ],
        "join": [
            Overload(onValue: true, [.list(.string)], .string) { values throws(Fault) in
                .string(try join(values[0], separator: ""))
            },
            Overload(onValue: true, [.list(.string), .string], .string) { values throws(Fault) in
                .string(try join(values[0], separator: try values[1].text()))
            },
        ],
        "strings.quote": [
            Overload([.string], .string) { values throws(Fault) in
                .string(try values[0].text().quoted)
            }
        ],
        "format": [
            member([.string, .list(.dyn)], .string) { text, values throws(Fault) in
                guard case .list(let arguments) = values[1] else { throw .noSuchOverload("format") }
                return .string(try Format.apply(text, to: arguments))
            }
        ],
    ]

    private static func member(
        _ parameters: [ValueType],
        _ result: ValueType,
        _ body: @escaping @Sendable (String, [Value]) throws(Fault) -> Value
    ) -> Overload {
        Overload(onValue: true, parameters, result) { values throws(Fault) in
            try body(try values[0].text(), values)
        }
    }

    private static func join(_ list: Value, separator: String) throws(Fault) -> String {
        guard case .list(let elements) = list else { throw .noSuchOverload("join") }
        var result = ""
        for (index, element) in elements.enumerated() {
            if index > 0 { result += separator }
            result += try element.text()
            try Fault.limit(result.utf8.count)
        }
        return result
    }
}

extension Value {
    func text() throws(Fault) -> String {
        guard case .string(let text) = self else {
            throw .invalid("a text is needed, not a value of type \(typeName)")
        }
        return text
    }

    func number() throws(Fault) -> Int {
        guard case .int(let number) = self else {
            throw .invalid("an int is needed, not a value of type \(typeName)")
        }
        return Int(number)
    }

    /// A place in a text of so many characters, its end included.
    fileprivate func place(upTo count: Int) throws(Fault) -> Int {
        let number = try number()
        guard 0...count ~= number else { throw .indexOutOfRange(Int64(number)) }
        return number
    }
}
