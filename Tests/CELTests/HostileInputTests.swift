import CEL
import Testing

/// Expressions that nobody should write: each is refused, or evaluated at a bounded cost.
struct HostileInputTests {
    @Test(
        "nesting, chains and sizes beyond the limits are refused",
        arguments: [
            String(repeating: "(", count: 20_000),
            String(repeating: "[", count: 300) + String(repeating: "]", count: 300),
            String(repeating: "f(", count: 5_000),
            String(repeating: "{1:", count: 5_000),
            String(repeating: "a.", count: 10_000) + "b",
            String(repeating: "a[", count: 10_000),
            "1" + String(repeating: "+1", count: 10_000),
            String(repeating: "true?1:", count: 2_000) + "2",
            "'" + String(repeating: "x", count: 40_000) + "'",
            String(repeating: "9", count: 30_000),
            String(repeating: "9", count: 400) + ".0",
        ]
    )
    func limits(source: String) {
        #expect(Fixture().errors(source, result: nil).count == 1)
    }

    @Test("many signs in a row are read as two or one")
    func signs() throws {
        let fixture = Fixture()
        let minus = try fixture.compile(String(repeating: "-", count: 20_001) + "(3) == -3")
        #expect(try minus.holds(fixture.facts))
        let not = try fixture.compile(String(repeating: "!", count: 20_001) + "false")
        #expect(try not.holds(fixture.facts))
    }

    @Test("long conditions joined by one sign are fine")
    func longJunctions() throws {
        let fixture = Fixture()
        let source = Array(repeating: "subject.minor", count: 2_000).joined(separator: "||")
        #expect(try !fixture.compile(source).holds(fixture.facts))
    }

    @Test("comprehensions within each other are refused when their lists have no known length")
    func nestedComprehensions() throws {
        let three = "subject.roles.all(a, subject.roles.all(b, subject.roles.all(c, a == b)))"
        #expect(
            Fixture().errors(three) == [
                "1:57: more than 2 comprehensions within each other would cost too much"
            ]
        )
        #expect(
            Fixture().errors("subject.roles.all(a, subject.roles.all(b, [1].all(c, c == 1)))")
                .isEmpty
        )
    }

    @Test("types that double with each name are refused, or stay small")
    func doublingTypes() {
        let fixture = Fixture()
        let keys = Self.bindings("[1]", 60, "x59 == x59") { "{x\($0): x\($0)}" }
        #expect(!fixture.errors(keys).isEmpty)
        let unknown = Self.bindings("optional.none().value()", 30, "true") { last in
            "[x\(last), {}.map(k, {k: x\(last), 1: x\(last)})][0]"
        }
        _ = fixture.errors(unknown)
        let many = Array(repeating: "[] == [] && nothing", count: 1_300).joined(separator: "||")
        #expect(fixture.errors(many).count == 20)
    }

    @Test(
        "an evaluation that would cost too much ends, whatever would absorb an error",
        arguments: [
            "labels.all(k, labels.all(l, l != k + 'x')) ? true : false",
            "labels.exists(k, labels.exists(l, l == k + 'x')) || true",
            doubled("[1]", 60, "x59 == x59"),
            doubled("'abcdefgh'", 40, "x39 == x39"),
            doubled("[1]", 60, "[x59, x59].exists(y, y != x58)"),
            nested("[1]", 60, "x59 == [x58, x58]"),
            nested("['abc']", 60, "'%s'.format([x59]) == ''"),
            "'a'.replace('', 'bbbbbbbbbbbbbbbb')"
                + String(
                    repeating: ".replace('', 'bbbbbbbbbbbbbbbb')",
                    count: 12
                ) + " == ''",
        ]
    )
    func costs(source: String) throws {
        let fixture = Fixture()
        let entries = (0..<5_000).map { (Value.string("key \($0)"), Value.int($0)) }
        fixture.set("labels", .map(MapValue(entries)!))
        let program = try fixture.compile(source)
        let error = #expect(throws: EvaluationError.self) { try program.evaluate(fixture.facts) }
        switch error?.fault {
        case .tooCostly, .tooLarge: break
        default: Issue.record("\(String(describing: error))")
        }
    }

    /// Each name holds twice what the one before it holds.
    private static func doubled(_ start: String, _ count: Int, _ body: String) -> String {
        bindings(start, count, body) { "x\($0) + x\($0)" }
    }

    /// Each name holds a list with the one before it, twice.
    private static func nested(_ start: String, _ count: Int, _ body: String) -> String {
        bindings(start, count, body) { "[x\($0), x\($0)]" }
    }

    private static func bindings(
        _ start: String,
        _ count: Int,
        _ body: String,
        _ next: (Int) -> String
    ) -> String {
        var source = "cel.bind(x0, \(start), "
        for index in 1..<count { source += "cel.bind(x\(index), \(next(index - 1)), " }
        return source + body + String(repeating: ")", count: count)
    }

    @Test("bytes at random, and good expressions with parts changed, never trap")
    func mutations() {
        var random = SeededGenerator(state: 0x5EED)
        let fixture = Fixture()
        var compiled = 0
        for round in 0..<6_000 {
            var source: [UInt8]
            if round % 4 == 0 {
                source = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            } else {
                source = Array(Self.seeds[round % Self.seeds.count].utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    Self.mutate(&source, &random)
                }
            }
            let text = String(decoding: source, as: UTF8.self)
            for isChecked in [true, false] {
                let program =
                    isChecked
                    ? try? fixture.compile(text)
                    : try? Program.compileUnchecked(text, in: fixture.environment).get()
                guard let program else { continue }
                compiled += 1
                _ = try? program.evaluate(fixture.facts, costMax: 10_000)
            }
        }
        #expect(compiled > 500, "the mutations leave too few expressions whole")
    }

    private static func mutate(_ source: inout [UInt8], _ random: inout SeededGenerator) {
        guard !source.isEmpty else { return }
        let place = Int.random(in: 0..<source.count, using: &random)
        let end = min(source.count, place + Int.random(in: 1...6, using: &random))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: source.removeSubrange(place..<end)
        case 1: source.insert(contentsOf: source[place..<end], at: place)
        case 2:
            source[place] = "()[]{}.,?:!&|=<>+-*/%'\"\\0aé\n".utf8.randomElement(using: &random)!
        default:
            let other = Array(seeds.randomElement(using: &random)!.utf8)
            let start = Int.random(in: 0..<other.count, using: &random)
            source.insert(contentsOf: other[start...].prefix(8), at: place)
        }
    }

    private static let seeds = [
        "channel.roster.minors > 0 && !subject.minor",
        #"subject.roles.exists(r, r == "coach") ? 1 : 2"#,
        #"now.getHours("Europe/Dublin") >= 22 || now - duration("1h") < now"#,
        #"message.body.text.lowerAscii().substring(0, 3).matches("^a+")"#,
        #"members.map(m, m.?age.orValue(0) * 2).filter(a, a % 3 == 0).size()"#,
        #"{"a": [1, 2u, 3.5e3], 'b': b"\xff", 0x1F: r'\d', ?"c": optional.of(1)}.a[1]"#,
        #"labels.transformMap(k, v, v > 1, string(v)).exists(k, v, k + v == "x")"#,
        #""%s %.2f %x".format([labels, 1.5, 255]).replace("a", "bb").split(" ").join("-")"#,
        #"cel.bind(x, ip("10.0.0.1"), cidr("10.0.0.0/8").containsIP(x)) && has(channel.topic)"#,
        "math.greatest(1, -9223372036854775808, 3u) / 0 == 1 << 2",
        #"base64.decode("aGVsbG8=") == b'hello' && type(1) == int && '\u00e9\U0001F600' < "z""#,
    ]
}

/// A small generator that gives the same numbers on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
