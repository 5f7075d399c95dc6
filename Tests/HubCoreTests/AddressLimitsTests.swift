import HubCore
import Testing

struct AddressLimitsTests {
    private var limits = AddressLimits(perSecond: 10, burst: 2, refusalsRecordedMax: 2)

    @Test("what is not recorded by itself is summed up once, by address")
    mutating func refusalsAreSummed() {
        let recorded = (0..<5).map { _ in limits.recordsRefusal("a") }
        #expect(recorded == [true, true, false, false, false])
        limits.countRefusal("b")
        let isRecorded = limits.recordsRefusal("b")
        #expect(isRecorded, "a connection that was closed unheard is not a recorded one")
        let summary = limits.summarise(nowNs: 1).sorted { $0.address < $1.address }
        #expect(summary.map(\.address) == ["a", "b"])
        #expect(summary.map(\.count) == [3, 1])
        let again = limits.summarise(nowNs: 2)
        #expect(again.isEmpty)
        let isRecordedAnew = limits.recordsRefusal("a")
        #expect(isRecordedAnew, "a new period")
    }

    @Test("handshakes past the burst wait for their token")
    mutating func handshakesAreLimited() {
        let waits = [("a", 1), ("a", 1), ("a", 1), ("b", 1), ("a", 100_000_001)].map {
            limits.takeHandshake($0.0, nowNs: $0.1)
        }
        #expect(waits == [0, 0, 100_000_000, 0, 0])
    }
}
