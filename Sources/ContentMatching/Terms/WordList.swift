/// Words and phrases that are looked for alike; each is a hit where it stands as words of its own.
package struct WordList: Sendable {
    let folds: FoldSet
    let terms: [Term]
    /// What each term is folded to.
    let folded: [FoldedTerm]
    /// Within these no term is a hit.
    let exceptions: [String]

    /// Refused: terms, and exceptions, of which the folds leave nothing; all of them are told.
    package init(
        _ terms: [Term],
        except exceptions: [String] = [],
        folds: FoldSet
    ) throws(WordListError) {
        self.folds = folds
        self.terms = terms
        self.exceptions = exceptions
        var text = FoldedText(folds)
        defer { text.free() }
        var faults: [WordListError.Fault] = []
        func check(_ exceptions: [String], of term: Int?) {
            for (index, exception) in exceptions.enumerated()
            where FoldedTerm(exception, &text).isEmpty {
                faults.append(.init(term: term, exception: index, text: exception))
            }
        }
        check(exceptions, of: nil)
        folded = terms.map { FoldedTerm($0.text, &text) }
        for (index, term) in terms.enumerated() {
            if folded[index].isEmpty {
                faults.append(.init(term: index, exception: nil, text: term.text))
            }
            check(term.exceptions, of: index)
        }
        if !faults.isEmpty { throw WordListError(faults: faults) }
    }
}

/// Why a list was refused.
package struct WordListError: Error, Hashable {
    package let faults: [Fault]

    /// What is wrong with one term or exception.
    package struct Fault: Hashable, Sendable {
        /// The index of the term; nil for what is the whole list's.
        package let term: Int?
        /// The index of the exception, of the term or of the whole list; nil for the term itself.
        package let exception: Int?
        /// A sentence without a full stop.
        package let message: String

        init(term: Int?, exception: Int?, text: String) {
            self.term = term
            self.exception = exception
            message = "the folds leave nothing of '\(text)'"
        }
    }
}
