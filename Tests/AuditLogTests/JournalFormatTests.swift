import AuditLog
import CChecksum
import Outcomes
import Testing

@Suite struct JournalFormatTests {
    @Test(
        "CRC-32C gives the published checksums (RFC 3720, appendix B.4)",
        arguments: [
            (Array("123456789".utf8), 0xe306_9283), ([], 0),
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            ([UInt8](0..<32), 0x46dd_794e), ((0..<32).reversed(), 0x113f_db5c),
        ] as [([UInt8], UInt32)]
    )
    func checksums(bytes: [UInt8], expected: UInt32) {
        #expect(bytes.withUnsafeBytes { CRC32C.checksum(of: $0) } == expected)
        for cut in 0...bytes.count {
            var crc = CRC32C()
            bytes[..<cut].withUnsafeBytes { crc.update($0) }
            bytes[cut...].withUnsafeBytes { crc.update($0) }
            #expect(crc.value == expected)
        }
    }

    @Test("the processor's instruction and the tables give one checksum, at any length and place")
    func checksumsAgree() {
        let bytes = (1...600).map { UInt8(truncatingIfNeeded: $0 &* 0x9e37_79b9 >> 13) }
        bytes.withUnsafeBytes { bytes in
            for count in 0...300 {
                for start in [0, 1, 7, 300 - count / 2] {
                    let base = bytes.baseAddress! + start
                    let state = UInt32(count) &* 0x9e37_79b9
                    #expect(
                        cchecksum_crc32c(state, base, count)
                            == cchecksum_crc32c_tables(state, base, count)
                    )
                }
            }
        }
    }

    @Test("a header reads back, and no byte of it can change unseen")
    func header() throws {
        let header = SegmentBuilder().header
        let bytes = header.encode()
        #expect(try bytes.withUnsafeBytes { try JournalHeader(decoding: $0) } == header)
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= 0x10
            #expect(throws: JournalDamage.self) {
                try flipped.withUnsafeBytes { try JournalHeader(decoding: $0) }
            }
        }
        #expect(throws: JournalDamage(offset: 0, reason: .notASegment)) {
            try bytes[..<63].withUnsafeBytes { try JournalHeader(decoding: $0) }
        }
    }

    @Test("a segment's name reads back, and nothing else is taken for one")
    func names() throws {
        let name = JournalFormat.fileName(log: 7, firstSeq: 42)
        #expect(name == "7-00000000000000000042.journal")
        let parsed = try #require(JournalFormat.parse(fileName: name))
        #expect(parsed == (7, 42))
        for other in [
            "7-42.journal", "7-00000000000000000000.journal", "07-00000000000000000042.journal",
            "7-00000000000000000042.journal.new", "7-99999999999999999999.journal", ".journal",
            "7-0000000000000000004x.journal", "x-00000000000000000042.journal", "lock", "",
        ] {
            #expect(JournalFormat.parse(fileName: other) == nil, "\(other)")
        }
    }

    @Test("records dripped byte by byte are the ones read at once")
    func dripFeed() {
        var segment = SegmentBuilder()
        segment.commit(events: 2)
        segment.commit(events: 1, body: [])
        var scanner = JournalScanner(header: segment.header)
        var types: [JournalRecordType] = []
        var end = segment.header.encode().count
        segment.bytes.withUnsafeBytes { bytes in
            while end <= bytes.count {
                let window = UnsafeRawBufferPointer(rebasing: bytes[scanner.offset..<end])
                switch scanner.next(in: window) {
                case .record(let type, _): types.append(type)
                case .more(let needed):
                    #expect(needed > window.count)
                    end += 1
                case .end, .damage:
                    Issue.record("stopped at \(scanner.offset)")
                    return
                }
            }
        }
        #expect(types == [.content, .event, .content, .event, .commit, .content, .event, .commit])
        #expect(scanner.committed == segment.tails.last)
    }

    @Test("a discarded batch leaves no trace in the chain")
    func discard() throws {
        let tail = JournalTail(offset: 64, checksum: 9, lastSeq: 0)
        var batch = JournalBatch(after: tail)
        let event = Event(log: 1, seq: 1, kind: .join, stage: .done, disposition: .allow)
        var tuple: [UInt8] = []
        event.encode(into: &tuple)
        batch.append(type: .event, body: tuple)
        let bytes = batch.bytes
        #expect(batch.lastSeq == 1)
        batch.discard()
        #expect(batch.isEmpty && batch.lastSeq == 0 && batch.endChecksum == 9)
        batch.append(type: .event, body: tuple)
        #expect(batch.bytes == bytes)
    }
}
