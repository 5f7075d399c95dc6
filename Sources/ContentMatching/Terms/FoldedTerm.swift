/// The ways in which a term may stand in a folded text.
struct FoldedTerm {
    /// Spellings that mean the term; more than one when its white space may be left out.
    let spellings: [Spelling]

    /// One way of writing it: what must stand there, character by character.
    struct Spelling: Hashable {
        var symbols: [UInt32] = []
        /// For each character, how often it stands in a row, and whether it is a digit.
        var runs: [Run] = []
    }

    /// How often a character of a term stands in a row, and whether it is a digit of its own.
    struct Run: Hashable, BitwiseCopyable {
        var count: UInt8
        let isDigit: Bool
    }

    var isEmpty: Bool { spellings.isEmpty }
}

extension FoldedTerm {
    /// Folds a term as `text` does, which serves as scratch.
    init(_ term: String, _ text: inout FoldedText) {
        var term = term
        term.withUTF8 { text.read(UnsafeRawBufferPointer($0)) }
        var units = (0..<text.units.count).map { text.units[$0] }
        while units.last?.traits.contains(.space) == true { units.removeLast() }
        while units.first?.traits.contains(.space) == true { units.removeFirst() }
        var spellings = units.isEmpty ? [] : [Self.spelling(units, space: 0x20)]
        if text.folds.contains(.spaces), units.contains(where: { $0.traits.contains(.space) }) {
            spellings.append(Self.closed(units, foldsRepeats: text.folds.contains(.repeats)))
            spellings += Self.joints.map { Self.spelling(units, space: $0) }
        }
        self.spellings = spellings
    }

    /// The units as a spelling, with this character for white space.
    private static func spelling(_ units: [FoldUnit], space: UInt32) -> Spelling {
        var spelling = Spelling()
        for unit in units {
            let isSpace = unit.traits.contains(.space)
            spelling.symbols.append(isSpace ? space : unit.symbol)
            spelling.runs.append(isSpace ? Run(count: 1, isDigit: false) : Run(unit))
        }
        return spelling
    }

    /// The units as a spelling without white space; repeats across it are folded too.
    private static func closed(_ units: [FoldUnit], foldsRepeats: Bool) -> Spelling {
        var spelling = Spelling()
        for unit in units where !unit.traits.contains(.space) {
            let last = spelling.runs.count - 1
            if foldsRepeats, last >= 0, spelling.symbols[last] == unit.symbol {
                let count = Int(spelling.runs[last].count) + Int(unit.run)
                spelling.runs[last].count = UInt8(clamping: count)
            } else {
                spelling.symbols.append(unit.symbol)
                spelling.runs.append(Run(unit))
            }
        }
        return spelling
    }

    /// What may stand for the white space of a phrase, besides white space and nothing.
    private static let joints = "-._".utf8.map { UInt32($0) }
}

extension FoldedTerm.Run {
    fileprivate init(_ unit: FoldUnit) {
        self.init(count: UInt8(clamping: unit.run), isDigit: unit.traits.contains(.digit))
    }
}
