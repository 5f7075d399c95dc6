import Foundation

/// The questions of `docs/sql.md` with their queries, as they stand on the page.
enum SQLPage {
    struct Question {
        /// As in its heading, without the number.
        var title: String
        var query: String

        /// The query with psql's variables, `:'name'`, replaced by literals as psql does it.
        func filled(_ values: [String: String]) -> String {
            var text = query
            for (name, value) in values {
                let literal = value.replacingOccurrences(of: "'", with: "''")
                text = text.replacingOccurrences(of: ":'\(name)'", with: "'\(literal)'")
            }
            return text
        }
    }

    /// The numbered headings, each with the SQL below it.
    static func questions() throws -> [Question] {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/sql.md")
        var questions: [Question] = []
        var isQuery = false
        for line in try String(contentsOf: page, encoding: .utf8).split(
            separator: "\n",
            omittingEmptySubsequences: false
        ) {
            if line.hasPrefix("### ") {
                let title = line.drop { !$0.isNumber }.drop { $0.isNumber }.dropFirst(2)
                questions.append(Question(title: String(title), query: ""))
            } else if line.hasPrefix("```") {
                isQuery = line == "```sql" && questions.last?.query == ""
            } else if isQuery {
                questions[questions.count - 1].query += line + "\n"
            }
        }
        return questions.map { question in
            var question = question
            question.query = question.query.trimmingCharacters(in: [" ", "\n", ";"])
            return question
        }
    }
}
