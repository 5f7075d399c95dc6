import Testing

@testable import ContentMatching

@Suite("Lists of words")
struct WordListTests {
    private func hits(_ matchers: [Matcher], _ text: String) -> Set<Hit> {
        let scanner = MatcherScanner(MatcherSet(matchers))
        let hits = Array(text.utf8).withUnsafeBytes { scanner.hits(in: $0) }
        #expect(Set(hits).count == hits.count)
        return Set(hits)
    }

    @Test("a hit tells the list, the term, its severity and where it stands")
    func hit() throws {
        let mild = try WordList([Term("eejit"), Term("muppet", severity: 2)], folds: .case)
        let grave = try WordList([Term("muppet face", severity: 3)], folds: .case)
        let found = hits(
            [.words(mild), .detector(Detector(.email)), .words(grave)],
            "a Muppet face"
        )
        #expect(
            found == [
                Hit(matcher: 0, term: 1, severity: 2, span: Span(start: 2, end: 8)),
                Hit(matcher: 2, term: 0, severity: 3, span: Span(start: 2, end: 13)),
            ]
        )
    }

    @Test(
        "a list's exceptions hold for all its terms and no other's, a term's for itself",
        arguments: [
            ("donkey", [0, 1]), ("donkey derby", [1]), ("donkey ride", [0]), ("mule derby", []),
            ("donkey mule", [0, 1]), ("the mule ride", [0]), ("DONKEY DERBY, DONKEY", [0, 1]),
        ] as [(String, Set<Int>)]
    )
    func exceptions(text: String, lists: Set<Int>) throws {
        let first = try WordList(
            [Term("donkey"), Term("mule")],
            except: ["donkey derby", "mule derby"],
            folds: .case
        )
        let second = try WordList([Term("donkey", except: ["donkey ride"])], folds: .case)
        #expect(Set(hits([.words(first), .words(second)], text).map(\.matcher)) == lists)
    }

    @Test("all terms and exceptions that the folds leave nothing of are told")
    func faults() {
        let error = #expect(throws: WordListError.self) {
            try WordList(
                [Term("ok"), Term("\u{200B}"), Term("fine", except: ["x", "\u{AD}"])],
                except: ["\u{2060}"],
                folds: .invisible
            )
        }
        #expect(error?.faults.map(\.term) == [nil, 1, 2])
        #expect(error?.faults.map(\.exception) == [0, nil, 1])
        #expect(error?.faults[1].message == "the folds leave nothing of '\u{200B}'")
    }

    @Test("a phrase closed up is found whether or not repeats are folded")
    func closedPhrase() throws {
        for folds: FoldSet in [[.spaces], [.spaces, .repeats]] {
            let list = try WordList([Term("hot tip"), Term("big guy")], folds: folds)
            #expect(hits([.words(list)], "hottip").count == 1)
            #expect(hits([.words(list)], "biggguy").count == (folds.contains(.repeats) ? 1 : 0))
        }
    }
}
