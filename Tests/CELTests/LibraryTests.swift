import CEL
import Testing

/// Functions at the edges that the public cases leave out.
struct LibraryTests {
    @Test(
        "functions hold at their edges",
        arguments: [
            "'abc'.replace('', '-') == '-a-b-c-'",
            "'aaa'.replace('a', 'b', 2) == 'bba' && 'aaa'.replace('a', 'b', 0) == 'aaa'",
            "'h\u{E9}llo'.split('') == ['h', '\u{E9}', 'l', 'l', 'o']",
            "'a,b,c'.split(',', 2) == ['a', 'b,c'] && ''.split(',') == ['']",
            "'abc'.indexOf('') == 0 && 'abc'.lastIndexOf('') == 3 && ''.indexOf('a') == -1",
            "'aXbX'.lastIndexOf('X', 2) == 1",
            // Longer than what the plain search takes.
            "('ab' + '0123456789'.replace('', 'zzzz')).contains('0123456789'.replace('', 'zzzz'))",
            "('a0123456789012345678901234567890123456789').indexOf('012345678901234567890123456789012345678') == 1",
            "' \u{3000}x\\u200b '.trim() == 'x\\u200b'",
            "string(1e21) == '1e+21' && string(-0.5) == '-0.5' && string(2.0) == '2'",
            "base64.encode(b'') == '' && base64.encode(b'a') == 'YQ==' && base64.encode(b'ab') == 'YWI='",
            "base64.decode('YWI') == b'ab' && base64.decode(base64.encode(b'\\xff\\x00')) == b'\\xff\\x00'",
            "string(ip('2001:0db8:0:0:1:0:0:1')) == '2001:db8::1:0:0:1' && string(ip('::')) == '::'",
            "string(ip('1:0:2:3:4:5:6:7')) == '1:0:2:3:4:5:6:7' && string(ip('::1')) == '::1'",
            "!isIP('1.2.3') && !isIP('01.2.3.4') && !isIP('1::2::3') && !isIP(':1') && !isIP('12345::')",
            "cidr('2001:db8::ff/33').masked() == cidr('2001:db8::/33') && !isCIDR('1.2.3.4/33')",
            "cidr('0.0.0.0/0').containsIP('255.255.255.255') && cidr('10.0.0.0/8').ip() == ip('10.0.0.0')",
            "duration('-1h30m1.5s') == duration('-5401500ms') && string(duration('-1.5s')) == '-1.5s'",
            "duration('1.0000000019s') == duration('1000000001ns')",
            "timestamp('2024-02-29T00:00:00+05:30') == timestamp('2024-02-28T18:30:00Z')",
            "timestamp('2024-12-31T23:00:00Z').getDayOfYear() == 365",
            "timestamp('1900-03-01T00:00:00Z').getDayOfYear() == 59",
            "timestamp('0001-01-01T00:00:00Z').getDayOfWeek() == 1",
            "timestamp(-1).getSeconds('+00:30') == 59 && timestamp(-1).getHours('-01:00') == 22",
            "math.bitShiftRight(-1, 63) == 1 && math.bitShiftLeft(1u, 63) == 9223372036854775808u",
            "math.sqrt(16) == 4.0 && math.least([2, 1]) == 1",
            "'%s'.format([{'b': [1, null], 'a': 2.0}]) == '{a: 2, b: [1, null]}'",
            "'%.2e|%5'.size() == 7 && '%x'.format([-255]) == '-ff' && '%.0f'.format([0.5]) == '0'",
            "[1, 2].transformMapEntry(i, v, {v: i}) == {1: 0, 2: 1}",
            "[1, 2, 3].map(x, x > 1, x * 2) == [4, 6] && {1: 2}.map(k, k) == [1]",
            "9223372036854775807 < 9223372036854775808u && 1 < 1.5 && 2u > 1.5",
            "{1: 'a'}[dyn(1.0)] == 'a'",
        ]
    )
    func holds(source: String) throws {
        let fixture = Fixture()
        #expect(try fixture.compile(source).holds(fixture.facts))
    }

    @Test(
        "what has no value is an error, not a guess",
        arguments: [
            "base64.decode('YW=I')", "base64.decode('YQ=')", "base64.decode('Y')",
            "base64.decode('YR==')", "int('')", "int('1.5')", "uint('-1')", "int(0.0 / 0.0)",
            "duration(empty + '1')", "duration(empty + 'h')", "duration(empty + '1d')",
            "duration(empty + '9999999999999999999h')", "timestamp(empty + '2023-02-29T00:00:00Z')",
            "timestamp(empty + '2023-02-28T24:00:00Z')", "timestamp(empty + '2023-02-28T00:00:00')",
            "now.getHours(channel.name)", "'x'.matches(empty + '(')",
            "math.abs(-9223372036854775808)",
            "-9223372036854775807 - 2", "-(-9223372036854775808)", "[1][-1]",
            "optional.none().value()",
            "'%d'.format(['x'])", "'%'.format([1])", "'%.s'.format([1])", "1 % 0",
            "[[1, 2], [1, 3]].transformMapEntry(i, v, {v[0]: i})", "string(b'\\xff')",
        ]
    )
    func faults(source: String) throws {
        let fixture = Fixture()
        // Not written out, or it would be a mistake of the writer.
        let late = source.replacing("empty", with: "channel.name.substring(0, 0)")
        let program = try fixture.compile(late)
        #expect(throws: EvaluationError.self) { try program.evaluate(fixture.facts) }
    }
}
