import Foundation
import Testing

@testable import touchline

/// What a draft for one person covers of all others.
struct RedactorTests {
    private let redactor = Redactor(
        own: ["Cara Coach", "member-7", #"{"email":"cara@club.example","phone":"0151 2345678"}"#],
        others: ["Pia Player", "José Ortiz-Vega", "Al", "Cara Other"]
    )

    @Test(
        "names of others, addresses and numbers are covered; the person's own are not",
        arguments: [
            (
                "Pia and PIA's mother, not piano",
                "[another person] and [another person]'s mother, not piano"
            ),
            ("jose, Ortiz vega", "[another person], [another person] [another person]"),
            ("Cara Coach here, coach of Al", "Cara Coach here, coach of Al"),
            ("mail x.y+z@club.example, or @pia_09", "mail [contact], or [contact]"),
            ("mine is Cara@club.example", "mine is Cara@club.example"),
            ("call +49 (151) 234-5679!", "call [number]!"),
            ("mine: 0151 2345678.", "mine: 0151 2345678."),
            ("3 goals in 90 minutes, 2-1", "3 goals in 90 minutes, 2-1"),
            ("id 0b6f3c1e-1234567a", "id 0b6f3c1e-1234567a"),
            ("", ""), ("👩‍👧 @ +", "👩‍👧 @ +"),
        ]
    )
    func covers(text: String, expected: String) {
        #expect(redactor.redact(text).text == expected)
    }

    @Test("how often something was covered is counted")
    func counts() {
        #expect(redactor.redact("Pia, Pia and p@x.example").count == 3)
    }

    @Test("inside JSON every string is looked at, as it is meant and not as it is escaped")
    func coversInsideJSON() throws {
        let payload = #"{"body":{"text":"hi\nPi\u0061","n":12345678},"list":["@pia"]}"#
        let released = try AuditSubject.released(payload, "original", redactor)
        #expect(
            released.json
                == #"{"body":{"n":12345678,"text":"hi\n[another person]"},"list":["[contact]"]}"#
        )
        #expect(released.count == 2)
    }

    @Test("of a reason only the reason is told, and a connection's address is the person's own")
    func reasonsAndConnections() throws {
        let reason = #"{"officer":"J. Doe","reason":"Pia asked","requested_by":"ann"}"#
        #expect(
            try AuditSubject.released(reason, "reason", redactor).json
                == #""[another person] asked""#
        )
        let connection = #"{"address":"2001:db8::12345678"}"#
        #expect(try AuditSubject.released(connection, "connection", redactor).json == connection)
        #expect(
            try AuditSubject.released("not JSON, Pia", "original", redactor).json
                == #""not JSON, [another person]""#
        )
    }
}
