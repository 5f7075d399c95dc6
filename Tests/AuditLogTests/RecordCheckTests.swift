import AuditLog
import Outcomes
import Testing

/// Rows, leaves and checkpoints of a small log, to be tampered with.
private struct SmallLog {
    let signer: NoteSigner
    var tuples: [[UInt8]]
    var leaves: [TreeHash]
    /// By size.
    var notes: [Int: String] = [:]
    /// As the rows beside the notes have them.
    var frontiers: [Int: [TreeHash]] = [:]

    init(count: Int, signedAt sizes: [Int]) throws {
        signer = try NoteSigner(name: "touchline/test", pem: NoteSigner.newKey())
        tuples = (1...count).map { seq in
            var tuple: [UInt8] = []
            Event(
                log: 1,
                seq: Int64(seq),
                at: Int64(seq),
                kind: .message,
                stage: .done,
                disposition: .allow,
                score: Int32(seq * 7)
            ).encode(into: &tuple)
            return tuple
        }
        leaves = tuples.map { $0.withUnsafeBytes { TreeHash(leafOf: $0) } }
        var frontier = TreeFrontier()
        for (index, leaf) in leaves.enumerated() {
            frontier.append(leaf)
            guard sizes.contains(index + 1) else { continue }
            let checkpoint = Checkpoint(
                origin: signer.name,
                size: frontier.size,
                root: frontier.root
            )
            notes[index + 1] = try signer.sign(checkpoint.text)
            frontiers[index + 1] = frontier.hashes
        }
    }

    /// What a check of it finds; a row that is nil is absent.
    func check(rows: [[UInt8]?]? = nil) -> RecordCheck {
        var check = RecordCheck(keys: LogKeys(signer.verifier))
        for (index, row) in (rows ?? tuples).enumerated() {
            if let row {
                row.withUnsafeBytes { check.take($0, stored: leaves[index]) }
            } else {
                check.takeAbsent(stored: leaves[index], isAccountedFor: false)
            }
            if let note = notes[index + 1] {
                check.takeCheckpoint(note: note, frontier: frontiers[index + 1])
            }
        }
        check.finish(signed: Int64(notes.keys.max() ?? 0))
        return check
    }
}

struct RecordCheckTests {
    @Test("a log that is what was signed has no findings", arguments: [1, 2, 3, 7, 8, 9, 300])
    func whole(count: Int) throws {
        let check = try SmallLog(count: count, signedAt: [1, count]).check()
        #expect(check.findings == [] && check.findingCount == 0)
        #expect(check.signedSize == Int64(count))
    }

    @Test("every flipped byte of every row is named by its event")
    func flips() throws {
        let log = try SmallLog(count: 5, signedAt: [2, 5])
        for index in log.tuples.indices {
            for place in log.tuples[index].indices {
                var rows: [[UInt8]?] = log.tuples
                rows[index]?[place] ^= 1
                let findings = log.check(rows: rows).findings
                #expect(findings == [RecordFinding(seq: Int64(index + 1), .edited)])
            }
        }
    }

    @Test("a changed leaf is told from a changed row")
    func leaves() throws {
        var log = try SmallLog(count: 9, signedAt: [4, 9])
        log.leaves[6] = .empty
        #expect(log.check().findings == [RecordFinding(seq: 7, .leafEdited)])
    }

    @Test("what is changed with its leaf lies between two checkpoints, once")
    func together() throws {
        var log = try SmallLog(count: 16, signedAt: [4, 8, 12, 16])
        for index in [5, 13] {
            log.tuples[index] = log.tuples[0]
            log.leaves[index] = log.leaves[0]
        }
        // Behind a checkpoint whose frontier is sound, the check goes on as if nothing had been.
        #expect(
            log.check().findings == [
                RecordFinding(seq: 5, .rewritten(last: 8)),
                RecordFinding(seq: 13, .rewritten(last: 16)),
            ]
        )
        log.frontiers = [:]
        #expect(log.check().findings == [RecordFinding(seq: 5, .rewritten(last: 8))])
    }

    @Test("exchanged rows are named, each with the number that it was recorded as")
    func exchanged() throws {
        let log = try SmallLog(count: 9, signedAt: [9])
        var rows = log.tuples
        (rows[2], rows[6]) = (rows[6], rows[2])
        // In the database each has the other's number.
        let number = Row.seqOffset..<Row.seqOffset + 8
        for index in [2, 6] {
            rows[index].replaceSubrange(number, with: log.tuples[index][number])
        }
        #expect(
            log.check(rows: rows).findings == [
                RecordFinding(seq: 3, .swapped(recordedAs: 7)),
                RecordFinding(seq: 7, .swapped(recordedAs: 3)),
            ]
        )
    }

    @Test("a root that fails is never passed, though the leaves before it are lost")
    func lost() throws {
        let log = try SmallLog(count: 4, signedAt: [4])
        var check = RecordCheck(keys: LogKeys(log.signer.verifier))
        for index in 0..<4 {
            if index == 2 {
                check.takeAbsent(stored: nil, isAccountedFor: true)
            } else {
                log.tuples[index].withUnsafeBytes { check.take($0, stored: log.leaves[index]) }
            }
        }
        check.takeCheckpoint(note: try #require(log.notes[4]))
        check.finish(signed: 0)
        #expect(check.findings == [RecordFinding(seq: 1, .rewritten(last: 4))])
    }

    @Test("a log without its end is not whole, though all that is left of it is")
    func cut() throws {
        var log = try SmallLog(count: 9, signedAt: [4, 9])
        log.tuples.removeLast(3)
        #expect(log.check().findings == [RecordFinding(seq: 7, .truncated(signed: 9, left: 6))])
    }

    @Test("a checkpoint of another key, another log or another size proves nothing")
    func checkpoints() throws {
        let log = try SmallLog(count: 4, signedAt: [2, 4])
        let another = try NoteSigner(name: log.signer.name, pem: NoteSigner.newKey())
        let tree = try #require(log.notes[4]).split(separator: "\n")[2]
        let forged = [
            try another.sign("\(log.signer.name)\n4\n\(tree)\n"),
            try log.signer.sign("touchline/other\n4\n\(tree)\n"),
            try #require(log.notes[2]),
            try #require(log.notes[4]).replacing("\n4\n", with: "\n5\n"),
            "",
        ]
        for note in forged {
            var log = log
            log.notes[4] = note
            let findings = log.check().findings
            #expect(findings.count == 1, "\(note)")
            guard case .checkpoint(size: 4, _)? = findings.first?.what else {
                Issue.record("\(findings) for \(note)")
                continue
            }
        }
        // A frontier that does not lead to the root is named, and the root still counts.
        var edited = log
        edited.frontiers[4] = [.empty]
        #expect(edited.check().findings.map(\.seq) == [4])
        #expect(edited.check().checkpointCount == 2)
    }

    @Test("rows that are missing are one range, and at the end they are the end")
    func missing() throws {
        let log = try SmallLog(count: 9, signedAt: [9])
        var rows: [[UInt8]?] = log.tuples
        for index in [2, 3, 4, 8] { rows[index] = nil }
        #expect(
            log.check(rows: rows).findings == [
                RecordFinding(seq: 3, .missing(last: 5, isEnd: false)),
                RecordFinding(seq: 9, .missing(last: 9, isEnd: true)),
            ]
        )
    }

    @Test("a receipt is taken as it was written, and with no byte changed")
    func receipt() throws {
        let log = try SmallLog(count: 7, signedAt: [7])
        let note = try #require(log.notes[7])
        let proof = try TreeProof.inclusion(of: 4, in: 7) { level, index in
            var frontier = TreeFrontier()
            let first = Int(index) << level
            for leaf in log.leaves[first..<(first + (1 << level))] { frontier.append(leaf) }
            return frontier.root
        }
        let receipt = Receipt(tuple: log.tuples[4], index: 4, proof: proof, note: note)
        #expect(try Receipt(parsing: receipt.text) == receipt)
        #expect(try receipt.check(LogKeys(log.signer.verifier)).size == 7)
        let text = Array(receipt.text.utf8)
        for place in text.indices {
            var changed = text
            changed[place] ^= 1
            #expect(throws: (any Error).self, "byte \(place)") {
                let text = try #require(String(validating: changed, as: UTF8.self))
                _ = try Receipt(parsing: text).check(LogKeys(log.signer.verifier))
            }
        }
    }
}
