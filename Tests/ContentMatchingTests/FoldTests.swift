import Testing

@testable import ContentMatching

@Suite("Folds")
struct FoldTests {
    @Test(
        "a fold finds a term in its disguise, and the span is the disguise",
        arguments: [
            ([.nfkc], "loser", "a ｌｏｓｅｒ!", "ｌｏｓｅｒ"),
            ([.nfkc], "loser", "𝔩𝔬𝔰𝔢𝔯", "𝔩𝔬𝔰𝔢𝔯"),
            ([.nfkc], "séan", "hi se\u{301}an", "se\u{301}an"),
            ([.nfkc], "first", "ﬁrﬆ", "ﬁrﬆ"),
            ([.invisible], "loser", "x lo\u{200B}s\u{AD}er\u{200D}", "lo\u{200B}s\u{AD}er"),
            ([.invisible], "loser", "\u{202E}l\u{FE0F}oser\u{202C}", "l\u{FE0F}oser"),
            ([.invisible], "loser", "lo\u{E0041}s\u{7}er", "lo\u{E0041}s\u{7}er"),
            ([.confusables, .case], "loser", "you Lоѕеr", "Lоѕеr"),
            ([.confusables, .case], "idiot", "ІDIОТ", "ІDIОТ"),
            ([.confusables, .case], "idiot", "ïdíõt", "ïdíõt"),
            ([.confusables], "idiot", "i\u{336}d\u{336}iot\u{336}!", "i\u{336}d\u{336}iot\u{336}"),
            ([.confusables], "bitch", "🅱itch", "🅱itch"),
            ([.confusables], "muppet", "ᴍᴜᴘᴘᴇᴛ", "ᴍᴜᴘᴘᴇᴛ"),
            ([.confusables, .case], "дурак", "Дypak", "Дypak"),
            ([.case], "loser", "LoSeR", "LoSeR"),
            ([.leet], "loser", "l0$3r", "l0$3r"),
            ([.leet], "idiot", "1d10t", "1d10t"),
            ([.leet], "lil kill", "1i| k1ll", "1i| k1ll"),
            ([.leet], "idiot", "idiot!!!", "idiot"),
            ([.leet], "ski", "ski!", "ski"),
            ([.leet], "1488", "1488!", "1488"),
            ([.leet], "shit", "$h!t", "$h!t"),
            ([.leet, .repeats], "ski", "ski!!!!", "ski"),
            ([.leet, .repeats], "ass", "as$", "as$"),
            ([.leet, .repeats], "loser", "lo0o0ser", "lo0o0ser"),
            ([.repeats], "loser", "loooooser", "loooooser"),
            ([.repeats], "loser", "llloooserrr", "llloooserrr"),
            ([.repeats], "hello", "helllo", "helllo"),
            ([.repeats], "ass", "asss", "asss"),
            ([.spaces], "loser", "you l o s e r!", "l o s e r"),
            ([.spaces], "loser", "l.o.s.e.r", "l.o.s.e.r"),
            ([.spaces], "loser", "a l - o - s - e - r", "l - o - s - e - r"),
            ([.spaces, .leet], "shit", "s h ! t !", "s h ! t"),
            ([.spaces], "loser", "u r a l*o*s*e*r", "l*o*s*e*r"),
            ([.spaces], "loser", "l\no\ns\ne\nr", "l\no\ns\ne\nr"),
            ([.spaces, .repeats], "ass", "a s s s", "a s s s"),
            ([.spaces], "shut up", "shut-up", "shut-up"),
            ([.spaces], "shut up", "shutup", "shutup"),
            ([.spaces], "shut up", "s h u t u p", "s h u t u p"),
            (Fold.allCases, "loser", "l 0 s 3 r", "l 0 s 3 r"),
            (Fold.allCases, "loser", "1000053ʀ", "1000053ʀ"),
            ([.leet, .confusables], "loser", "ʟ053r", "ʟ053r"),
            (Fold.allCases, "loser", "Ⅼ\u{200B}00000𝗌ЕᏒ", "Ⅼ\u{200B}00000𝗌ЕᏒ"),
        ] as [([Fold], String, String, String)]
    )
    func disguises(folds: [Fold], term: String, text: String, span: String) throws {
        let matcher = try Matcher.term(term, except: [], folds: FoldSet(folds))
        let found = try #require(hits([matcher], in: text)[0])
        #expect(found.map { Array($0.utf8) } == [Array(span.utf8)])
        guard text != term else { return }
        let plain = try Matcher.term(term, except: [], folds: [])
        if !folds.contains(.leet) { #expect(hits([plain], in: text).isEmpty) }
    }

    @Test(
        "with all folds on, these pass",
        arguments: [
            "Scunthorpe beat Penistone", "Charles Dickens wrote it", "from Essex to Sussex",
            "an assist for the cocktail party", "classic bass, pass the grass", "as soon as I can",
            "the pen is mine", "E S S E X", "A S S I S T", "C O C K T A I L", "S C U N T H O R P E",
            "take the A55 to Holyhead", "as", "Essexx", "the burn hurts", "a good game",
            "Mr. Hancock’s cockerel", "push it", "she sat on the sofa", "he shot it", "sextant",
            "Dick's class is at 6", "he's in class 5", "u13s at 5.15", "a s", "d i c e", "g o o d",
            "cock-a-doodle", "a 5s tournament", "Bob is 1st", "god", "titt", "SA55 4AB",
        ]
    )
    func innocent(text: String) throws {
        let terms = ["ass", "sex", "dick", "dickens", "cunt", "penis", "tit", "bum", "shit", "hot"]
        let matchers = try terms.filter { $0 != "dickens" }.map {
            try Matcher.term($0, except: ["Dick's class"], folds: FoldSet(Fold.allCases))
        }
        #expect(hits(matchers, in: text).isEmpty)
    }

    @Test(
        "an exception is folded like its term",
        arguments: [
            ("the d0nkey dérby", 0), ("DONKEY  DERBY", 0), ("d0nkey derb", 1),
            ("donkey-derby donkey", 1), ("donkey donkey derby donkey", 2),
        ] as [(String, Int)]
    )
    func exceptions(text: String, count: Int) throws {
        let matcher = try Matcher.term(
            "donkey",
            except: ["donkey derby"],
            folds: FoldSet(Fold.allCases)
        )
        #expect((hits([matcher], in: text)[0] ?? []).count == count)
    }

    @Test(
        "a pattern sees the folded text, and hits the original",
        arguments: [
            ([.nfkc, .case], #"snap:\s?\w+"#, "my ＳＮＡＰ： joe", "ＳＮＡＰ： joe"),
            ([.spaces], #"\bloser\b"#, "a big l.o.s.e.r here", "l.o.s.e.r"),
            ([.invisible, .leet], "[a-z]+er", "l\u{200B}0s3r", "l\u{200B}0s3r"),
            ([.repeats], "helo", "hellllo", "hellllo"),
            ([.confusables], "é|e+", "é", "é"),
            ([.nfkc], "f", "ﬁ", "ﬁ"),
            ([.nfkc], "é", "xe\u{301}", "e\u{301}"),
        ] as [([Fold], String, String, String)]
    )
    func patterns(folds: [Fold], pattern: String, text: String, span: String) throws {
        let matcher = try Matcher.pattern(pattern, folds: FoldSet(folds))
        let found = try #require(hits([matcher], in: text)[0])
        #expect(found.map { Array($0.utf8) } == [Array(span.utf8)])
    }

    @Test("a term that its folds leave nothing of is refused")
    func nothingLeft() {
        #expect(throws: WordListError.self) {
            try Matcher.term("\u{200B}", except: [], folds: FoldSet(.invisible))
        }
    }

    @Test("a set of folds is named by its folds", arguments: Fold.allCases)
    func sets(fold: Fold) {
        #expect(FoldSet([fold]) == FoldSet(fold))
        #expect(FoldSet(Fold.allCases).contains(FoldSet(fold)))
        #expect(FoldSet(Fold.allCases.filter { $0 != fold }).isDisjoint(with: FoldSet(fold)))
    }
}
