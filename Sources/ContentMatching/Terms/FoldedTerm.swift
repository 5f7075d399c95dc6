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
        var isDigit: Bool
    }

    var isEmpty: Bool { spellings[0].symbols.isEmpty }
}

extension FoldedTerm {
    init(_ term: String, _ folds: FoldSet) {
        var text = FoldedText(folds)
        defer { text.free() }
        var term = term
        term.withUTF8 { text.read(UnsafeRawBufferPointer($0)) }
        var units = (0..<text.units.count).map { text.units[$0] }
        while units.last?.traits.contains(.space) == true { units.removeLast() }
        while units.first?.traits.contains(.space) == true { units.removeFirst() }
        let plain = Self.spelling(units, space: 0x20)
        guard folds.contains(.spaces), units.contains(where: { $0.traits.contains(.space) }) else {
            spellings = [plain]
            return
        }
        let joints = Self.joints.map { Self.spelling(units, space: $0) }
        spellings = [plain, Self.spelling(units, space: nil)] + joints
    }

    /// The units as a spelling, with this character for white space, or none.
    private static func spelling(_ units: [FoldUnit], space: UInt32?) -> Spelling {
        var spelling = Spelling()
        for unit in units {
            let isSpace = unit.traits.contains(.space)
            guard let symbol = isSpace ? space : unit.symbol else { continue }
            let run = Run(
                count: UInt8(clamping: isSpace ? 1 : unit.run),
                isDigit: unit.traits.contains(.digit)
            )
            if !isSpace, unit.run > 1 || space == nil, spelling.symbols.last == symbol,
                let last = spelling.runs.last
            {
                let count = Int(last.count) + Int(run.count)
                spelling.runs[spelling.runs.count - 1].count = UInt8(clamping: count)
                continue
            }
            spelling.symbols.append(symbol)
            spelling.runs.append(run)
        }
        return spelling
    }

    /// What may stand for the white space of a phrase, besides white space and nothing.
    private static let joints = "-._".utf8.map { UInt32($0) }
}
