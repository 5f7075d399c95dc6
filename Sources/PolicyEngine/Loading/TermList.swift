import ContentMatching

/// A list of words or host names: `lists/<name>.yaml`.
struct TermList {
    let terms: [Term]
    let kind: Kind
    /// Phrases within which no term is a hit.
    private let exceptions: [Phrase]
    /// What its words are looked for in, unless a rule says otherwise.
    let folds: FoldSet

    /// What stands in a list.
    enum Kind: String, CaseIterable {
        /// Words and phrases.
        case terms
        /// Host names, each with all below it.
        case domains
    }

    private init(terms: [Term]) {
        self.terms = terms
        exceptions = []
        kind = .terms
        folds = Self.defaultFolds
    }

    /// What makes no letter another to a reader.
    static let defaultFolds = FoldSet([.nfkc, .invisible, .confusables, .case])

    /// A word or phrase of a list.
    struct Term {
        let text: String
        /// 1 (mild) to 3 (grave).
        let severity: Int
        /// Phrases within which the term is no hit.
        let exceptions: [Phrase]
        let node: YAMLNode
    }

    /// Words as they stand in the file.
    struct Phrase {
        let text: String
        let node: YAMLNode
    }
}

extension TermList {
    /// Stands for a list whose file can't be read.
    static var unreadable: TermList { TermList(terms: []) }

    /// Reads a list; what is wrong is reported, and left out.
    init(_ root: YAMLNode) {
        let keys = ["about", "kind", "fold", "terms", "exceptions"]
        guard let mapping = YAMLMapping(root, keys: keys) else {
            self = .unreadable
            return
        }
        kind = mapping["kind"]?.word(Kind.self) ?? .terms
        folds = mapping["fold"]?.folds() ?? Self.defaultFolds
        _ = mapping["about"]?.text(bytesMax: 2000)
        exceptions = Self.exceptions(mapping["exceptions"])
        var firsts: [String: YAMLNode] = [:]
        terms = (mapping.required("terms")?.items(countMax: Self.termsMax) ?? []).compactMap {
            guard let term = Self.term($0) else { return nil }
            let folded = term.text.lowercased()
            guard firsts.updateValue($0, forKey: folded) == nil else {
                $0.report("the term '\(term.text)' stands twice in this list")
                return nil
            }
            return term
        }
    }

    /// `word`, or `{term: word, severity: 2, exceptions: [some phrase]}`.
    private static func term(_ node: YAMLNode) -> Term? {
        guard node.isMapping else {
            guard let text = words(node) else { return nil }
            return Term(text: text, severity: 1, exceptions: [], node: node)
        }
        guard let mapping = YAMLMapping(node, keys: ["term", "severity", "exceptions"]) else {
            return nil
        }
        let text = mapping.required("term").flatMap(words)
        let severity = mapping["severity"].map { $0.integer(severities) } ?? 1
        let own = Self.exceptions(mapping["exceptions"])
        guard let text, let severity else { return nil }
        return Term(text: text, severity: severity, exceptions: own, node: node)
    }

    private static func exceptions(_ node: YAMLNode?) -> [Phrase] {
        (node?.items(countMax: 1000) ?? []).compactMap { node in
            words(node).map { Phrase(text: $0, node: node) }
        }
    }

    /// A term that is more than white space.
    private static func words(_ node: YAMLNode) -> String? {
        guard let text = node.text(bytesMax: 200) else { return nil }
        guard !text.allSatisfy(\.isWhitespace) else {
            node.report("the term is only white space")
            return nil
        }
        return text
    }

    static let severities = 1...3
    /// More than any language's list of bad words.
    private static let termsMax = 20_000
}

extension TermList {
    /// The words as they are looked for; what the folds leave nothing of is reported.
    func words(_ folds: FoldSet) -> WordList? {
        do throws(WordListError) {
            return try WordList(
                terms.map { term in
                    ContentMatching.Term(
                        term.text,
                        severity: term.severity,
                        except: term.exceptions.map(\.text)
                    )
                },
                except: exceptions.map(\.text),
                folds: folds
            )
        } catch {
            for fault in error.faults {
                let phrases = fault.term.map { terms[$0].exceptions } ?? exceptions
                let node = fault.exception.map { phrases[$0].node }
                (node ?? fault.term.map { terms[$0].node })?.report(fault.message)
            }
            return nil
        }
    }
}

extension YAMLNode {
    /// A list of folds.
    func folds() -> FoldSet? {
        items(countMax: Fold.allCases.count).map { FoldSet($0.compactMap { $0.word(Fold.self) }) }
    }
}
