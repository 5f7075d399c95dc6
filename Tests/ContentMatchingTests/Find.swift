@testable import ContentMatching

/// The parts of `text` that the matchers hit, by matcher, as a scan finds them.
func hits(_ matchers: [Matcher], in text: String) -> [Int: [String]] {
    let scanner = MatcherScanner(MatcherSet(matchers))
    return hits(scanner, in: text)
}

func hits(_ scanner: MatcherScanner, in text: String) -> [Int: [String]] {
    let bytes = Array(text.utf8)
    let hits = bytes.withUnsafeBytes { scanner.hits(in: $0) }
    return Dictionary(grouping: hits, by: \.matcher).mapValues { hits in
        hits.map(\.span).sorted { $0.start < $1.start }.map {
            String(decoding: bytes[$0.start..<$0.end], as: UTF8.self)
        }
    }
}

extension Matcher {
    /// A list of one term.
    static func term(
        _ text: String,
        except exceptions: [String],
        folds: FoldSet
    ) throws(WordListError) -> Matcher {
        .words(try WordList([Term(text, except: exceptions)], folds: folds))
    }
}

/// A generator whose numbers depend on its seed alone.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
