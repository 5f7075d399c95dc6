import AuditLog
import Testing

@Suite struct JournalRecoveryTests {
    static let segment: SegmentBuilder = {
        var segment = SegmentBuilder(firstSeq: 5)
        segment.commit(events: 1)
        segment.commit(events: 2)
        segment.commit(events: 1)
        return segment
    }()

    @Test(
        "a whole segment is whole: while it is written, when it was closed, and when another follows"
    )
    func whole() throws {
        let segment = Self.segment
        let tail = try #require(segment.tails.last)
        #expect(tail.lastSeq == 8)
        for mayBeTorn in [true, false] {
            #expect(examine(segment.bytes, mayBeTorn: mayBeTorn) == .whole(tail))
            #expect(examine(segment.preallocated, mayBeTorn: mayBeTorn) == .whole(tail))
        }
    }

    @Test("any byte flipped in a closed segment is found")
    func flipped() {
        for index in Self.segment.bytes.indices {
            for mask: UInt8 in [0x01, 0x80, 0xff] {
                var bytes = Self.segment.bytes
                bytes[index] ^= mask
                for mayBeTorn in [true, false] {
                    let decision = examine(bytes, mayBeTorn: mayBeTorn)
                    guard case .refuse(let damage) = decision else {
                        Issue.record("byte \(index) flipped by \(mask): \(decision)")
                        continue
                    }
                    #expect(damage.offset <= index)
                }
            }
        }
    }

    @Test("a closed segment that was cut short anywhere is found, unless exactly between batches")
    func cutShort() {
        let segment = Self.segment
        for count in 0..<segment.bytes.count {
            let decision = examine([UInt8](segment.bytes[..<count]), mayBeTorn: false)
            if let tail = segment.tails.first(where: { $0.offset == count }) {
                // The segment after it, or the database's watermark, tells this one.
                #expect(decision == .whole(tail))
            } else if case .refuse = decision {
            } else {
                Issue.record("cut at \(count): \(decision)")
            }
        }
    }

    @Test("a last batch torn at any byte is cut, the batch before it stays")
    func torn() {
        let segment = Self.segment
        let before = segment.tails[2]
        for written in before.offset..<segment.bytes.count {
            var bytes = segment.preallocated
            for index in written..<segment.bytes.count { bytes[index] = 0 }
            let count = (bytes.lastIndex { $0 != 0 } ?? 0) + 1 - before.offset
            let expected: JournalRecovery.Decision =
                count <= 0 ? .whole(before) : .cut(before, droppedBytes: count)
            if bytes == segment.preallocated { continue }
            #expect(examine(bytes, mayBeTorn: true) == expected, "torn at \(written)")
            if count > 0, case .refuse = examine(bytes, mayBeTorn: false) {
            } else if count > 0 {
                Issue.record("torn at \(written) though another segment follows")
            }
        }
    }

    @Test("a last batch of which any stretch never reached the disk is cut")
    func missingStretch() {
        let segment = Self.segment
        let before = segment.tails[2]
        for start in before.offset..<segment.bytes.count {
            for length in [1, 16, 64] {
                var bytes = segment.preallocated
                for index in start..<min(start + length, segment.bytes.count) { bytes[index] = 0 }
                if bytes == segment.preallocated { continue }
                let decision = examine(bytes, mayBeTorn: true)
                switch decision {
                case .cut(let tail, _), .whole(let tail): #expect(tail == before)
                case .refuse: Issue.record("\(length) bytes missing at \(start): \(decision)")
                }
            }
        }
    }

    @Test("damage before the last batch refuses the start: it was durable, someone was answered")
    func damageBefore() {
        let segment = Self.segment
        for index in JournalFormat.headerBytes..<segment.tails[2].offset {
            for mask: UInt8 in [0x01, 0xff] {
                var bytes = segment.preallocated
                bytes[index] ^= mask
                guard case .refuse(let damage) = examine(bytes, mayBeTorn: true) else {
                    Issue.record("byte \(index) flipped would be cut")
                    continue
                }
                #expect(damage.offset <= index)
            }
        }
    }

    @Test("content that imitates a commit record doesn't make a torn batch look like damage")
    func imitation() {
        var forged = SegmentBuilder(nonce: 0xdddd_dddd_dddd_dddd)
        for _ in 0..<3 { forged.commit(events: 1) }
        var segment = SegmentBuilder()
        segment.commit(events: 1)
        segment.commit(events: 1, body: forged.bytes + forged.bytes)
        var bytes = segment.preallocated
        bytes[segment.bytes.count - 1] ^= 1
        #expect(
            examine(bytes, mayBeTorn: true)
                == .cut(
                    segment.tails[1],
                    droppedBytes: segment.bytes.count - segment.tails[1].offset
                )
        )
    }

    @Test("random bytes behind the written part, or as a whole segment, never trap")
    func randomBytes() {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<500 {
            var bytes = Self.segment.preallocated
            let start = Int.random(in: JournalFormat.headerBytes..<bytes.count, using: &generator)
            for index in start..<bytes.count {
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            if case .whole = examine(bytes, mayBeTorn: true) {
                Issue.record("random bytes from \(start) were taken for records")
            }
        }
    }
}
