import PolicyEngine

/// The results of tests beside rules as JUnit XML, which services that run tests read: a suite for
/// each topic, a case for each test.
struct JUnitReport {
    private let results: [RuleTestResult]

    init(_ results: [RuleTestResult]) { self.results = results }

    var text: String {
        let topics = Dictionary(grouping: results, by: \.test.topic).sorted { $0.key < $1.key }
        let suites = topics.map { suite($0.key, $0.value) }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="policies" \(Self.counts(results))>
            \(suites.joined(separator: "\n"))
            </testsuites>

            """
    }

    private func suite(_ topic: String, _ results: [RuleTestResult]) -> String {
        let cases = results.map { result in
            let test = result.test
            let head =
                "    <testcase classname=\(Self.quoted(topic)) name=\(Self.quoted(test.name))"
                + " file=\(Self.quoted(test.place.file)) line=\"\(test.place.line)\""
            if result.problems.isEmpty { return "\(head)/>" }
            let message = result.problems.joined(separator: "; ")
            let story = result.faults.map(\.description).joined(separator: "\n")
            return """
                \(head)>
                      <failure message=\(Self.quoted(message))>\(Self.escaped(story))</failure>
                    </testcase>
                """
        }
        return """
              <testsuite name=\(Self.quoted(topic)) \(Self.counts(results))>
            \(cases.joined(separator: "\n"))
              </testsuite>
            """
    }

    private static func counts(_ results: [RuleTestResult]) -> String {
        let failures = results.count { !$0.problems.isEmpty }
        return #"tests="\#(results.count)" failures="\#(failures)" errors="0" skipped="0""#
    }

    private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }

    /// The text without what XML 1.0 §2.2 has no place for.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
