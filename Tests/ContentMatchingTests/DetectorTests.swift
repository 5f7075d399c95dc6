import Testing

@testable import ContentMatching

@Suite("Detectors")
struct DetectorTests {
    /// What one detector finds in a text.
    private func found(_ kind: Detector.Kind, _ text: String, allowed: [String] = []) -> [String] {
        hits([.detector(Detector(kind, allowedDomains: allowed))], in: text)[0] ?? []
    }

    @Test(
        "e-mail addresses",
        arguments: [
            (
                "write to mary.o'neill+gaa@club-x.example.ie!",
                ["mary.o'neill+gaa@club-x.example.ie"]
            ),
            ("MARY@EXAMPLE.COM", ["MARY@EXAMPLE.COM"]),
            ("a@b.ie, c@d.co.uk", ["a@b.ie", "c@d.co.uk"]),
            ("mary (at) gmail (dot) com", ["mary (at) gmail (dot) com"]),
            ("mary at gmail dot com please", ["mary at gmail dot com"]),
            ("mary[at]example[.]org", ["mary[at]example[.]org"]),
            ("mary @ gmail . com", ["mary @ gmail . com"]),
            ("mаry＠gmail․com", ["mаry＠gmail․com"]),
            ("ma\u{200B}ry@gm\u{AD}ail.com", ["ma\u{200B}ry@gm\u{AD}ail.com"]),
            ("mary at gmail.com", ["mary at gmail.com"]), ("look at club.ie/news", []),
            ("meet at home. come on time", []), ("see you @ the pitch", []), ("@mary", []),
            ("mary@", []), ("mary@localhost", []), ("3 @ 5.50", []), ("good at maths.", []),
            ("be at Croke Park dot on time", []),
        ] as [(String, [String])]
    )
    func email(text: String, expected: [String]) {
        #expect(found(.email, text) == expected)
    }

    @Test(
        "phone numbers",
        arguments: [
            ("ring 086 123 4567 now", ["086 123 4567"]), ("0871234567", ["0871234567"]),
            ("+353 86 123 4567", ["+353 86 123 4567"]),
            ("+353 (0)86 1234567", ["+353 (0)86 1234567"]),
            ("00353861234567", ["00353861234567"]), ("01 234 5678", ["01 234 5678"]),
            ("(01) 2345678", ["01) 2345678"]), ("021-4123456", ["021-4123456"]),
            ("call 064 66 1234", ["064 66 1234"]), ("07700 900123", ["07700 900123"]),
            ("+44 7700 900 123.", ["+44 7700 900 123"]), ("020 7946 0123", ["020 7946 0123"]),
            ("+1 (212) 555-0100", ["+1 (212) 555-0100"]),
            ("0 8 6 1 2 3 4 5 6 7", ["0 8 6 1 2 3 4 5 6 7"]),
            ("0.8.6-1.2.3-4.5.6.7", ["0.8.6-1.2.3-4.5.6.7"]),
            (
                "oh eight six one two three four five six seven ok",
                ["oh eight six one two three four five six seven"]
            ),
            ("zero 86 dash 123 dash 4567", ["zero 86 dash 123 dash 4567"]),

            ("086 double five 1 2 triple 4 9", ["086 double five 1 2 triple 4 9"]),
            ("086 double five 1 2 triple 4", ["086 double five 1 2 triple 4"]),
            ("plus 353 86 123 4567", ["plus 353 86 123 4567"]),
            ("０８６ １２３ ４５６７", ["０８６ １２３ ４５６７"]), ("०८६१२३४५६७", ["०८६१२३४५६७"]),
            ("086\u{200B}1234567", ["086\u{200B}1234567"]),
            ("086 123 4567 10 of us", ["086 123 4567"]),
            ("0861234567 0871234567", ["0861234567", "0871234567"]),
            ("on 07/08/2025 18:30", []), ("2-10 to 1-12", []), ("at 10 30 on 12.5.2026", []),
            ("Childline 1800 66 66 66", []), ("NSPCC 0808 800 5000", []), ("0800 1111", []),
            ("one two three four", []), ("A0861234567", []), ("08612345678901234567", []),
            ("we won 3 0", []), ("€1,000,000", []), ("o", []),
        ] as [(String, [String])]
    )
    func phone(text: String, expected: [String]) {
        #expect(found(.phone, text) == expected)
    }

    @Test(
        "bank accounts",
        arguments: [
            ("IE29 AIBK 9311 5212 3456 78 ta", ["IE29 AIBK 9311 5212 3456 78"]),
            ("ie29aibk93115212345678", ["ie29aibk93115212345678"]),
            ("to GB82WEST12345698765432.", ["GB82WEST12345698765432"]),
            ("DE89-3704-0044-0532-0130-00", ["DE89-3704-0044-0532-0130-00"]),
            (
                "I E 2 9 A I B K 9 3 1 1 5 2 1 2 3 4 5 6 7 8",
                ["I E 2 9 A I B K 9 3 1 1 5 2 1 2 3 4 5 6 7 8"]
            ),
            ("ＩＥ29 AIBK 9311\u{200B}5212 3456 78", ["ＩＥ29 AIBK 9311\u{200B}5212 3456 78"]),
            ("IE29 AIBK 9311 5212 3456 79", []), ("IE29 AIBK 9311 5212 3456 7", []),
            ("XX29 AIBK 9311 5212 3456 78", []), ("is 20 at the pitch today then home", []),
        ] as [(String, [String])]
    )
    func iban(text: String, expected: [String]) {
        #expect(found(.iban, text) == expected)
    }

    @Test(
        "payment cards",
        arguments: [
            ("4111 1111 1111 1111 12/27", ["4111 1111 1111 1111"]),
            ("5500-0055-5555-5559", ["5500-0055-5555-5559"]),
            ("378282246310005", ["378282246310005"]), ("6011111111111117", ["6011111111111117"]),
            ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"]),
            ("4111111111111112", []), ("1234567812345670", []), ("41111111111111111111111", []),
            ("4111 1111", []),
        ] as [(String, [String])]
    )
    func card(text: String, expected: [String]) {
        #expect(found(.card, text) == expected)
    }

    @Test(
        "Irish PPS numbers",
        arguments: [
            ("my pps is 1234567T", ["1234567T"]), ("1234567FA thanks", ["1234567FA"]),
            ("123 4567 fa", ["123 4567 fa"]), ("1 2 3 4 5 6 7 F A", ["1 2 3 4 5 6 7 F A"]),
            ("1234567TW", ["1234567TW"]), ("1234567T or 7654321G", ["1234567T", "7654321G"]),
            ("1234567A", []), ("1234567FB", []), ("1234567", []), ("x1234567T", []),
            ("1234567TWX", []),
        ] as [(String, [String])]
    )
    func ppsn(text: String, expected: [String]) {
        #expect(found(.ppsn, text) == expected)
    }

    @Test(
        "Eircodes",
        arguments: [
            ("we're at d02x285 ok", ["d02x285"]),
            ("D6W XH70", ["D6W XH70"]), ("T 1 2 W 8 K P", ["T 1 2 W 8 K P"]),
            ("eircode T12 YHNP", ["T12 YHNP"]), ("A65 F4E2", ["A65 F4E2"]),
            ("A65 2024", []), ("B65 F4E2", []),
            ("A65 F4I2", []), ("A65 F4E2B", []), ("D02 have", []),
        ] as [(String, [String])]
    )
    func eircode(text: String, expected: [String]) {
        #expect(found(.eircode, text) == expected)
    }

    @Test(
        "National Insurance numbers",
        arguments: [
            ("QQ 12 34 56 C", []), ("AB 12 34 56 C", ["AB 12 34 56 C"]),
            ("my NI ab123456c!", ["ab123456c"]), ("A B-1-2-3-4-5-6-D", ["A B-1-2-3-4-5-6-D"]),
            ("GB123456A", []), ("AB123456E", []), ("AO123456A", []), ("AB12345C", []),
        ] as [(String, [String])]
    )
    func nino(text: String, expected: [String]) {
        #expect(found(.nino, text) == expected)
    }

    @Test(
        "British postcodes",
        arguments: [
            ("SW1A 1AA", ["SW1A 1AA"]), ("at bt7 1nn tonight", ["bt7 1nn"]),
            ("M1 1AE, EC1A1BB", ["M1 1AE", "EC1A1BB"]), ("B33-8TH", ["B33-8TH"]),
            ("SW 1A 1AA", ["SW 1A 1AA"]), ("S W 1 A 1 A A", ["S W 1 A 1 A A"]),
            ("a W1A 1AA", ["W1A 1AA"]), ("M 1 1 A E", ["M 1 1 A E"]),
            ("QQ1 1AA", []), ("SW1A 1AC", []), ("u12 2nd", []), ("s1 2nd place", []),
            ("my address is s1 2nd", ["s1 2nd"]), ("we won 2 1", []),
        ] as [(String, [String])]
    )
    func postcode(text: String, expected: [String]) {
        #expect(found(.postcode, text) == expected)
    }

    @Test(
        "internet addresses",
        arguments: [
            ("at 192.168.0.1:25565.", ["192.168.0.1"]), ("join 10.0.0.255!", ["10.0.0.255"]),
            ("2001:db8::1", ["2001:db8::1"]),
            ("fe80:0:0:0:1:2:3:4 ok", ["fe80:0:0:0:1:2:3:4"]), ("::1", ["::1"]),
            ("1.2.3.4.5", []), ("256.1.1.1", []), ("12:30:45", []), ("1.2.3", []),
            ("dead::beef", []),
            ("a:1", []), ("1.2.3.4x", []), ("::", []), ("1::2::3", []), ("10:30", []),
        ] as [(String, [String])]
    )
    func ip(text: String, expected: [String]) {
        #expect(found(.ip, text) == expected)
    }

    @Test(
        "links",
        arguments: [
            ("see https://evil.example/x?y=1).", ["https://evil.example/x?y=1"]),
            ("www.club.ie is ours, as is m.club.ie/news", []), ("club.ie", []),
            ("http://club.ie.evil.com", ["http://club.ie.evil.com"]),
            ("http://club.ie@evil.com/", ["http://club.ie@evil.com/"]),
            ("https://evil.com\\@club.ie", ["https://evil.com\\@club.ie"]),
            ("notclub.ie", ["notclub.ie"]), ("https://сlub.ie", ["https://сlub.ie"]),
            ("club\u{200B}.ie", []),
            ("bit.ly/x", ["bit.ly/x"]), ("discord.gg/abc now", ["discord.gg/abc"]),
            ("t.me/abc", ["t.me/abc"]), ("hxxps://bad.site", ["hxxps://bad.site"]),
            ("bad[.]com", ["bad[.]com"]), ("bad dot com", ["bad dot com"]),
            ("bad (dot) com/x", ["bad (dot) com/x"]), ("bad . com", ["bad . com"]),
            ("http://1.2.3.4/x", ["http://1.2.3.4/x"]), ("http://[::1]/", ["http://[::1]/"]),
            ("see http://[2001:db8::1]:80/x.", ["http://[2001:db8::1]:80/x"]), ("http://[]", []),
            ("ｂａｄ．ｃｏｍ", ["ｂａｄ．ｃｏｍ"]),
            ("CLUB.IE:8080/x", []),
            ("ok.so we go", []), ("it was good.is it?", []), ("e.g. this", []), ("9.30pm", []),
            ("and/or", []), ("mary@gmail.com", []), ("v1.2.3", []), ("http:", []),
        ] as [(String, [String])]
    )
    func link(text: String, expected: [String]) {
        #expect(found(.link, text, allowed: ["club.ie"]) == expected)
    }

    @Test(
        "names on social networks",
        arguments: [
            ("add @mary_x9 please", ["@mary_x9"]), ("insta: mary.x", ["insta: mary.x"]),
            ("my snap is mary99", ["snap is mary99"]), ("Snapchat - mary", ["Snapchat - mary"]),
            ("mary#1234", ["mary#1234"]), ("ig @mary", ["ig @mary"]),
            ("ＳＮＡＰ： ｍａｒｙ", ["ＳＮＡＰ： ｍａｒｙ"]), ("discord mary_x", ["discord mary_x"]),
            ("my snap is broken", []), ("a snap decision", []), ("mary@example.com", []),
            ("5 @ 3", []), ("steam trains", []), ("@ the pitch", []), ("#1234", []),
        ] as [(String, [String])]
    )
    func handle(text: String, expected: [String]) {
        #expect(found(.handle, text) == expected)
    }

    @Test(
        "dates of birth",
        arguments: [
            ("born 12/3/2012", ["12/3/2012"]), ("DOB: 2012-03-12", ["2012-03-12"]),
            ("my birthday is 12th of March 2012!", ["12th of March 2012"]),
            ("March 12, 2012 is my birthday", ["March 12, 2012"]),
            ("d.o.b. 1.2.12", ["1.2.12"]), ("born on 1 st", []),
            ("dob １２．３．２０１２", ["１２．３．２０１２"]), ("training on 12/3/2026", []),
            ("born 42/13/2012", []), ("born in 2012", []), ("born 12/3/20123", []),
        ] as [(String, [String])]
    )
    func dateOfBirth(text: String, expected: [String]) {
        #expect(found(.dateOfBirth, text) == expected)
    }

    @Test("all detectors stay silent on a chat among players")
    func silence() {
        let matchers = Detector.Kind.allCases.map { Matcher.detector(Detector($0)) }
        let texts = [
            "Training moved to 6:30 on Tuesday, bring €5 and a size 4 ball.",
            "We won 2-14 to 1-10! U13s play at 11.15 on pitch 3, bus at 9.45 sharp...",
            "5k run @ 10, then 3x12 sprints; 100% effort :) 1st, 2nd and 3rd get medals",
            "jersey no. 14, size 32/34, order 20240115, ref 5521",
            "Is Jack coming? He is at home.I think so.", "C++ std::vector vs 0.5 a::b",
        ]
        for text in texts { #expect(hits(matchers, in: text).isEmpty, "\(text)") }
    }

    @Test("more hits than a hundred end in one span to the last")
    func manyHits() {
        let text = String(repeating: "a@b.ie ", count: 150)
        let found = found(.email, text)
        #expect(found.count == Matcher.hitsMax)
        #expect(found.last?.count == 51 * 7 - 1)
    }
}
