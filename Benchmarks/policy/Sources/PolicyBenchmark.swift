import CAllocations
import CEL
import ContentMatching
import Foundation
import Glibc
import JSONDocument
import JSONSchema
import Outcomes
import PolicyEngine
import PolicyFiles

/// Measures what judging a message costs, on one thread.
@main
struct PolicyBenchmark {
    static let usage = """
        usage: policy-benchmark [verdict | huge | schema | condition | load]

        verdict    a chat message of 250 bytes, by 100 rules, 10 schemas and 20,000 terms of lists
        huge       a text of 10 MB of one letter, by the same
        schema     the body of such a message alone
        condition  conditions of the Common Expression Language
        load       reading and compiling that bundle from its folder, and putting it in force
        """

    static func main() throws {
        let words = CommandLine.arguments.dropFirst()
        switch words.first {
        case "verdict": try verdict()
        case "huge": try huge()
        case "schema": try schema()
        case "condition": try condition()
        case "load": try load()
        case nil:
            try load()
            try verdict()
            try huge()
            try schema()
            try condition()
        default:
            print(usage)
            exit(64)
        }
    }

    // MARK: What is measured

    /// Everything that a hub does from the files on: reading, checking, compiling, and the swap.
    private static func load() throws {
        let home = FileManager.default.temporaryDirectory.path + "/policy-benchmark-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: home) }
        let source = LargeBundle.source()
        for file in source.files {
            let path = URL(filePath: "\(home)/Policies/\(file.path)")
            let folder = path.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: path)
        }
        let folder = PolicyFolder(
            path: "\(home)/Policies",
            store: CompiledPatterns(folder: "\(home)/patterns")
        )
        var cold: [Timed] = []
        var cached: [Timed] = []
        for _ in 0..<loads {
            try? FileManager.default.removeItem(atPath: "\(home)/patterns")
            for cache in [false, true] {
                let time = try Timed { _ = try folder.load().get() }
                if cache { cached.append(time) } else { cold.append(time) }
            }
        }
        print("load, cold: \(spread(cold))")
        print("load, patterns kept: \(spread(cached))")
        let bundle = try PolicyEngine.Bundle.compile(source).get()
        for members in ["adult_age: 18", "adult_age: 17"] {
            let other = try PolicyEngine.Bundle.compile(LargeBundle.source(members: members)).get()
            var swaps: [Timed] = []
            var firsts: [Timed] = []
            for _ in 0..<loads {
                let times = Swap.measure(from: bundle, to: other)
                swaps.append(times.swap)
                firsts.append(times.first)
            }
            print("swap to \(members), \(Swap.sessions) sessions: \(spread(swaps))")
            print("  first message after it: \(spread(firsts))")
        }
    }

    private static let loads = 7

    /// The median and the extremes.
    private static func spread(_ times: [Timed]) -> String {
        func words(_ times: [Double]) -> String {
            let sorted = times.sorted()
            let told = [sorted[sorted.count / 2], sorted[0], sorted[sorted.count - 1]]
                .map { String(format: "%.1f", $0) }
            return "median \(told[0]) ms (\(told[1]) to \(told[2]))"
        }
        return words(times.map(\.elapsed)) + ", of the processor " + words(times.map(\.processor))
    }

    private static func verdict() throws {
        let bundle = try PolicyEngine.Bundle.compile(LargeBundle.source()).get()
        let judge = Judge(bundle: bundle, counters: RateCounters())
        let parser = JSONParser()
        var circumstances = LargeBundle.circumstances(bundle)
        for (name, texts) in LargeBundle.texts() {
            let bodies = texts.map { Array("{\"text\":\"\($0)\"}".utf8) }
            var rules = Set<String>()
            measure("verdict, \(name)", count: 200_000) { number in
                // A message each 10 ms, which no rate forbids.
                circumstances.now += 10_000
                bodies[number % bodies.count].withUnsafeBytes { text in
                    guard case .value(let body) = parser.parse(text) else {
                        preconditionFailure("the body is JSON")
                    }
                    let verdict = judge.judge(
                        .message(kind: "message", body: body, bytes: text.count),
                        in: circumstances
                    )
                    if !verdict.rules.isEmpty { rules.formUnion(verdict.rules) }
                }
            }
            print("  rules that hit: \(rules.count)")
        }
    }

    /// Longer than any message may be unless `message_bytes` is raised.
    private static func huge() throws {
        let files = LargeBundle.source().files.map { file in
            (
                path: file.path,
                text: file.text.replacing(#""maxLength": 4000"#, with: #""title": "x""#)
            )
        }
        let bundle = try PolicyEngine.Bundle.compile(BundleSource(files: files)).get()
        let judge = Judge(bundle: bundle, counters: RateCounters())
        let scenario = Scenario(
            occasion: .message,
            body: Scenario.body(text: String(repeating: "a", count: 10_000_000)),
            circumstances: LargeBundle.circumstances(bundle)
        )
        var times: [Timed] = []
        for _ in 0..<loads {
            var verdict = Verdict.allowed
            times.append(Timed { verdict = judge.judge(scenario) })
            precondition(verdict.stage != .schema, verdict.problem ?? "")
        }
        print("verdict on 10 MB of one letter: \(spread(times))")
    }

    private static func schema() throws {
        let text = SchemaText(file: "message.json", text: LargeBundle.schema)
        let schema = try SchemaLibrary([text]).compile("message.json")
        let validator = SchemaValidator(schema)
        let parser = JSONParser()
        let body = Array("{\"text\":\"\(LargeBundle.texts()[0].texts[0])\"}".utf8)
        body.withUnsafeBytes { text in
            guard case .value(let value) = parser.parse(text) else {
                preconditionFailure("the body is JSON")
            }
            measure("schema of a small message", count: 1_000_000) { _ in
                precondition(validator.isValid(value))
            }
        }
    }

    private static func condition() throws {
        var environment = Environment()
        let heads = RecordType("heads", ["minors": .int, "adults": .int])
        environment.declare("roster", .record(heads))
        environment.declare("roles", .list(.string))
        environment.declare("now", .timestamp)
        let facts = FactTable(environment)
        if let slot = environment.slot("roster.minors") { facts[slot] = .int(12) }
        if let slot = environment.slot("roster.adults") { facts[slot] = .int(2) }
        if let slot = environment.slot("roles") { facts[slot] = .list([.string("player")]) }
        if let slot = environment.slot("now") {
            facts[slot] = .timestamp(Timestamp(seconds: 1_780_000_000, nanoseconds: 0))
        }
        for source in [
            "roster.minors > 0 && roster.adults < 2", "'coach' in roles",
            "now.getHours('Europe/Dublin') >= 21",
        ] {
            let program = try Program.compile(source, in: environment, result: .bool).get()
            measure("condition \(source)", count: 1_000_000) { _ in
                _ = try? program.holds(facts)
            }
        }
    }

    // MARK: Measuring

    /// Prints percentiles of single runs, the mean of all, and how many of them allocated.
    private static func measure(_ name: String, count: Int, _ body: (Int) -> Void) {
        for number in 0..<count / 10 { body(number) }
        var nanoseconds = [UInt32](repeating: 0, count: count)
        let before = allocations_of_this_thread()
        let start = clock()
        for number in 0..<count {
            let began = clock()
            body(number)
            nanoseconds[number] = UInt32(clamping: clock() - began)
        }
        let mean = Double(clock() - start) / Double(count)
        let allocations = Double(allocations_of_this_thread() - before) / Double(count)
        nanoseconds.sort()
        func percentile(_ part: Double) -> String {
            let index = min(count - 1, Int(Double(count) * part))
            return String(format: "%.2f", Double(nanoseconds[index]) / 1000)
        }
        print(
            "\(name): p50 \(percentile(0.5)) µs, p99 \(percentile(0.99)) µs, "
                + "p99.9 \(percentile(0.999)) µs, mean \(String(format: "%.2f", mean / 1000)) µs, "
                + "\(String(format: "%.2f", allocations)) allocations"
        )
    }

    private static func clock() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
