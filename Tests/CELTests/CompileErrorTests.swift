import CEL
import Testing

struct CompileErrorTests {
    @Test(
        "a mistake is told with its place and what may have been meant",
        arguments: [
            ("chanel.kind == 'x'", "1:1: unknown name 'chanel' (did you mean 'channel'?)"),
            (
                "channel.roster.minor > 0",
                "1:16: 'channel.roster' has no field 'minor' (did you mean 'minors'?)"
            ),
            (
                "true &&\n  \"é\".sizee() > 1",
                "2:7: unknown function 'sizee' (did you mean 'size'?)"
            ),
            (
                "channel.roster == 1",
                "1:9: 'channel.roster' is a group of facts; name one of its fields: minors, adults"
            ),
            ("channel.kind > 1", "1:14: '>' does not take string and int"),
            ("channel.kind", "1:9: the expression gives string, not bool"),
            (
                "channel.kind.startsWith(1)",
                "1:14: there is no string.startsWith(int); there is string.startsWith(string)"
            ),
            ("subject.minor && channel.kind", "1:26: '&&' joins conditions, and this is string"),
            ("channel.kind = 'x'", "1:14: '=' stands alone; equality is '=='"),
            (
                "(channel.kind == 'x'",
                "1:21: expected ')' to close the bracket, found the end of the expression"
            ),
            ("channel.kind == 'x", "1:17: the text that starts here is not closed"),
            (
                "channel.kind.matches('(')",
                "1:22: the regular expression is not one that RE2 takes: missing ): ("
            ),
            (
                "channel.kind.matches('(?=a)')",
                "1:22: the regular expression is not one that RE2 takes: "
                    + "invalid perl operator: (?="
            ),
            (
                "now.getHours('Europe/Dubln') > 1",
                "1:14: there is no time zone of this name; write one such as 'Europe/Dublin'"
            ),
            (
                "now > timestamp('yesterday')",
                "1:17: the text is no time, such as '2026-02-13T23:31:30Z'"
            ),
            ("size > 1", "1:1: unknown name 'size'; it is a function, and called with ()"),
            (
                "subject.roles.exists(r, r.size())",
                "1:27: 'exists' needs a condition, and this is int"
            ),
            (
                "members.exists(m, m.agee > 1)",
                "1:21: 'member' has no field 'agee' (did you mean 'age'?)"
            ),
            ("", "1:1: expected a value, found the end of the expression"),
        ] as [(String, String)]
    )
    func messages(source: String, message: String) {
        #expect(Fixture().errors(source) == [message])
    }

    @Test("all mistakes of types and names are told at once, in the order of the text")
    func allAtOnce() {
        let errors = Fixture().errors("chanel.kind == 'x' && subject.minors || 1 > 'x'")
        #expect(errors.map { $0.prefix(5) } == ["1:1: ", "1:31:", "1:43:"])
    }
}
