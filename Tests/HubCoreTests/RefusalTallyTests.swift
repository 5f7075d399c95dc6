import HubCore
import Testing

struct RefusalTallyTests {
    private var tally = RefusalTally(recordedMax: 2)

    @Test("what is not recorded by itself is summed up once, by address")
    mutating func refusalsAreSummed() {
        let recorded = (0..<5).map { _ in tally.records("a") }
        #expect(recorded == [true, true, false, false, false])
        tally.count("b")
        let isRecorded = tally.records("b")
        #expect(isRecorded, "a connection that was closed unheard is not a recorded one")
        let summary = tally.summarise().sorted { $0.address < $1.address }
        #expect(summary.map(\.address) == ["a", "b"])
        #expect(summary.map(\.count) == [3, 1])
        let again = tally.summarise()
        #expect(again.isEmpty)
        let isRecordedAnew = tally.records("a")
        #expect(isRecordedAnew, "a new period")
    }
}
