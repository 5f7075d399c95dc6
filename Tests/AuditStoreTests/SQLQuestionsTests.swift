import AuditLog
import AuditStore
import Testing

@Suite("Questions of docs/sql.md")
struct SQLQuestionsTests {
    private let lab: Laboratory
    private let questions: [SQLPage.Question]

    init() throws {
        lab = try Laboratory()
        questions = try SQLPage.questions()
    }

    /// What a question's query must answer: these columns of its rows, `|` between them.
    private struct Answer {
        var columns: String
        var rows: [String]
        var values: [String: String] = [:]
        var reader = "auditor"
    }

    @Test("each query of the page answers its question from what was recorded")
    func queriesAnswer() throws {
        let story = ClubStory.tell(into: lab.records)
        let shipper = lab.shipper()
        #expect(shipper.stop(drain: .seconds(20)))
        #expect(shipper.status.quarantined == 1)
        let answers = Self.answers(story)
        #expect(questions.count >= 20)
        #expect(Set(questions.map(\.title)) == Set(answers.keys))
        for question in questions {
            guard let answer = answers[question.title] else { continue }
            let query = question.filled(answer.values)
            try lab.postgres.run("set role touchline_\(answer.reader)")
            let columns = answer.columns.split(separator: ", ").map { "(\($0))::text" }
            let rows = try lab.postgres.query(
                """
                select array_to_string(array[\(columns.joined(separator: ","))], '|', '-')
                from (\(query)) q
                """
            )
            #expect(
                (0..<rows.rowCount).map { Self.named(rows.text($0, 0)) } == answer.rows,
                "\(question.title)"
            )
            try lab.postgres.run("reset role")
            if answer.reader == "reviewer" {
                #expect(try lab.refusal(query, as: "touchline_auditor") == "42501")
            }
        }
    }

    @Test("the queries hold on rows of any kind, in parallel plans too")
    func queriesHold() throws {
        var random = RandomEvents(seed: 12, start: Laboratory.now() - 3_600_000_000)
        for _ in 0..<500 {
            var (event, contents) = random.next()
            // JSON that SQL can store and not look into; the hub writes numbers and codes only.
            if event.detail.contains("\\u0000") { event.detail = "{}" }
            lab.records.append(event, contents)
        }
        #expect(lab.shipper().stop(drain: .seconds(20)))
        let values = [
            "subject": "\(ClubStory.ann)", "rule": "\"{}", "decision": "1-77",
            "address": "'; drop", "channel": "'", "member": "%",
        ]
        // What PostgreSQL does of its own accord once tables are large.
        try lab.postgres.run(
            """
            set parallel_setup_cost = 0; set parallel_tuple_cost = 0;
            set min_parallel_table_scan_size = 0; analyze
            """
        )
        for question in questions {
            #expect(throws: Never.self, "\(question.title)") {
                try lab.postgres.query(question.filled(values))
            }
        }
    }

    /// Members by their names, sessions and messages by their numbers.
    private static func named(_ row: String) -> String {
        var row = row
        for (id, name) in [
            (ClubStory.ann, "Ann"), (ClubStory.ben, "Ben"), (ClubStory.carl, "Carl"),
        ] {
            row = row.split(separator: "\(id)", omittingEmptySubsequences: false)
                .joined(separator: name)
        }
        return row
    }

    private static func answers(_ story: ClubStory) -> [String: Answer] {
        activity(story).merging(operation(story)) { first, _ in first }
            .merging(content(story)) { first, _ in first }
    }

    private static func activity(_ story: ClubStory) -> [String: Answer] {
        [
            "Who was blocked by which rule this week?": Answer(
                columns: "subject, rule, times",
                rows: ["Ben|swearing|2", "Ann|bullying|1", "Ben|bullying|1"]
            ),
            "What did a subject do?": Answer(
                columns: "decision, kind, disposition",
                rows: [
                    "1-26|message|block", "1-21|disconnect|allow", "1-17|mute|allow",
                    "1-15|message|redact", "1-12|message|block", "1-11|message|block",
                    "1-9|connect|allow",
                ],
                values: ["subject": "\(ClubStory.ben)"]
            ),
            "How often did each rule match, hour by hour?": Answer(
                columns: """
                    (extract(epoch from hour)::int8 - \(story.base / 1_000_000 + 946_684_800)) / 3600, \
                    rule, hits, subjects
                    """,
                rows: ["0|swearing|2|1", "0|bullying|1|1", "1|bullying|1|1", "1|contact|1|1"]
            ),
            "On whom did a rule act, ever?": Answer(
                columns: "decision, subject, disposition",
                rows: ["1-13|Ann|block", "1-12|Ben|block"],
                values: ["rule": "bullying"]
            ),
            "What would the rules in shadow do?": Answer(
                columns: "rule, hits, untouched_so_far, subjects",
                rows: ["shouting|2|1|2"]
            ),
            "Who was refused most often this week?": Answer(
                columns: "subject, refused",
                rows: ["Ben|3", "Ann|1"]
            ),
            "Which sanctions are in force, and since when?": Answer(
                columns: "sanction, subject, decision",
                rows: ["mute|Ben|1-17"]
            ),
            "What sanctions has a subject had?": Answer(
                columns: "decision, kind, until",
                rows: ["1-19|mute|-", "1-20|unmute|-"],
                values: ["subject": "\(ClubStory.ann)"]
            ),
            "When was a subject connected, and how did it end?": Answer(
                columns: "connect_decision, ended_with, lasted",
                rows: ["1-9|going_away|01:09:59.999998"],
                values: ["subject": "\(ClubStory.ben)"]
            ),
            "Which channels are the busiest?": Answer(
                columns: "channel, messages, senders, not_as_sent",
                rows: ["club:demo:u14|5|2|4", "club:demo|2|2|1"]
            ),
            "What is a message's whole story?": Answer(
                columns: "decision, kind, subject, refers",
                rows: ["1-14|message|Ann|-", "1-16|delete|Ann|1-14"],
                values: ["decision": "1-16"]
            ),
        ]
    }

    private static func operation(_ story: ClubStory) -> [String: Answer] {
        [
            "Which handshakes were refused, and why?": Answer(
                columns: "stage, code, handshakes",
                rows: ["limits|-|41", "token|token_expired|1"]
            ),
            "Which verdicts were the slowest?": Answer(
                columns: "decision = '1-14', judged_us",
                rows: ["true|5000"] + [String](repeating: "false|1", count: 7)
            ),
            "How slow are the verdicts in which a rule acted?": Answer(
                columns: "rule, verdicts, p50_ns, p99_ns",
                rows: [
                    "shouting|2|1000|5000000", "bullying|2|1000|1000", "contact|1|1000|1000",
                    "swearing|2|1000|1000",
                ]
            ),
            "How long does judging take, and what was the verdict?": Answer(
                columns: "disposition, messages, p50_p99_ns",
                rows: ["allow|2|{1000,5000000}", "redact|1|{1000,1000}", "block|4|{1000,1000}"]
            ),
            "What became of a decision that somebody quotes?": Answer(
                columns: "decision ->> 'kind', decision ->> 'subject', decision ->> 'status'",
                rows: ["mute|Ben|recorded"],
                values: ["decision": "1-17"]
            ),
            "When did the policies change, and which files?": Answer(
                columns: "decision, digest, files",
                rows: [
                    "1-6|020202020202|rules/10.yaml, rules/20.yaml",
                    "1-2|010101010101|bundle.yaml, rules/10.yaml",
                ]
            ),
            "When did a hub start and stop, and did it ever just end?": Answer(
                columns: "decision, kind, after_a_crash",
                rows: ["1-22|hub_stopped|false", "1-5|hub_started|true", "1-1|hub_started|-"]
            ),
            "How far has the record been shipped?": Answer(
                columns: "log, watermark, signed_through",
                rows: ["1|27|-"]
            ),
            "Whom did the hub forget, and what does it have to keep?": Answer(
                columns: "decision, kind, subject, channel, rows_removed, released_at",
                rows: ["1-24|preserve|-|club:demo|-|-", "1-23|erase|Carl|-|0|-"]
            ),
            "Which rows did PostgreSQL refuse?": Answer(
                columns: "decision, record, sqlstate",
                rows: ["1-27|event|23514"]
            ),
        ]
    }

    private static func content(_ story: ClubStory) -> [String: Answer] {
        [
            "Who came from an address?": Answer(
                columns: "name, sub, subject, admitted",
                rows: ["Ben|member-Ben|Ben|true", "Ann|member-Ann|Ann|true"],
                values: ["address": "192.0.2.7"],
                reader: "reviewer"
            ),
            "What was said in a channel in the hour before?": Answer(
                columns: "who, disposition, original, delivered",
                rows: [
                    #"Ann|allow|-|{"text":"hello"}"#, #"Ben|block|{"text":"again"}|-"#,
                ],
                values: ["channel": "club:demo"],
                reader: "reviewer"
            ),
            "Which pseudonym has a member?": Answer(
                columns: "pseudonym, name, sub",
                rows: ["Ben|Ben|member-Ben"],
                values: ["member": "ben"],
                reader: "reviewer"
            ),
        ]
    }
}
