import CEL
import Testing

struct ConditionTests {
    @Test(
        "a condition over facts holds as it reads",
        arguments: [
            ("channel.roster.minors > 0", true),
            ("channel.roster.adults * 2 < channel.roster.minors", true),
            (#"subject.roles.exists(r, r == "coach")"#, true),
            (#""parent" in subject.roles"#, false),
            (#"now.getHours("Europe/Dublin") >= 22"#, true),
            ("now.getHours() >= 22", false),
            ("message.body.text.size() == 15", true),
            (#"request.origin.matches("^https://[a-z.]+[.]ie$")"#, true),
            (#"cidr("192.0.2.0/24").containsIP(request.address)"#, true),
            (#"members.exists(m, has(m.age) && m.age < 18)"#, true),
            (#"members.all(m, m.name.size() == 5)"#, true),
            (#"members[1].?age.orValue(99) == 99"#, true),
            (#"labels.late == 2 && labels[?"early"].orValue(0) == 0"#, true),
            ("has(channel.topic)", false),
            ("channel.?topic.hasValue()", false),
            ("subject.joined.hasValue()", false),
            (#"subject.joined.optMap(t, now - t > duration("24h")).orValue(true)"#, true),
            ("channel.roster.minors > 0.5", true),
        ] as [(String, Bool)]
    )
    func holds(source: String, expected: Bool) throws {
        let fixture = Fixture()
        let program = try fixture.compile(source)
        #expect(program.type == .bool)
        #expect(try program.holds(fixture.facts) == expected)
    }

    @Test("an unknown fact ends an evaluation that needs it, and no other")
    func unknownFacts() throws {
        let fixture = Fixture()
        let needed = try fixture.compile(#"channel.topic == "x""#)
        let error = #expect(throws: EvaluationError.self) { try needed.holds(fixture.facts) }
        #expect(error?.description == "'channel.topic' is not known here (offset 8)")
        let unneeded = try fixture.compile(#"channel.topic == "x" || channel.roster.minors > 0"#)
        #expect(try unneeded.holds(fixture.facts))
        #expect(unneeded.facts == ["channel.roster.minors", "channel.topic"])
    }

    @Test("an evaluation tells where it failed, and what it cost")
    func placesAndCosts() throws {
        let fixture = Fixture()
        let failing = try fixture.compile(
            "channel.roster.minors > 0 &&\n  1 / (channel.roster.adults - 3) > 0"
        )
        let error = try #require(
            #expect(throws: EvaluationError.self) { try failing.holds(fixture.facts) }
        )
        let place = failing.place(of: error)
        #expect((place.line, place.column) == (2, 5))
        let program = try fixture.compile("members.all(m, m.name.size() > 3)")
        let (result, cost) = program.measure(fixture.facts)
        guard case .bool(true) = try result.get() else {
            Issue.record("it does not hold")
            return
        }
        #expect(12...40 ~= cost, "\(cost)")
        let limited = program.measure(fixture.facts, costMax: cost - 1)
        #expect(limited.cost == cost - 1)
        #expect(throws: EvaluationError.self) { try limited.result.get() }
    }

    @Test("texts that only look alike are different, as keys too")
    func canonicalEquivalence() throws {
        let fixture = Fixture()
        for source in [
            #""\u00e9" == "e\u0301""#, #""\u00e9" in ["e\u0301"]"#,
            #""\u00e9" in {"e\u0301": 1}"#,
        ] {
            #expect(try !fixture.compile(source).holds(fixture.facts), "\(source)")
        }
    }

    @Test("a time zone's hours are those of its rules, in summer, winter and between")
    func zones() throws {
        let fixture = Fixture()
        let program = try fixture.compile(#"now.getHours("Europe/Dublin")"#)
        for (instant, hour) in [
            ("2026-01-15T12:00:00Z", 12), ("2026-07-15T12:00:00Z", 13),
            ("2026-03-29T00:59:59Z", 0), ("2026-03-29T01:00:00Z", 2),
            ("2026-10-25T00:59:59Z", 1), ("2026-10-25T01:00:00Z", 1),
            ("2060-07-15T12:00:00Z", 13), ("1971-01-15T12:00:00Z", 13),
        ] {
            fixture.set("now", .timestamp(try #require(Timestamp(parsing: instant))))
            guard case .int(let found) = try program.evaluate(fixture.facts) else {
                Issue.record("no hour")
                continue
            }
            #expect(found == hour, "\(instant)")
        }
    }
}
