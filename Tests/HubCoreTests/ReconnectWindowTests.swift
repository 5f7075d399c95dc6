import HubCore
import Testing

struct ReconnectWindowTests {
    @Test(
        "the more connections end together, the longer is the time over which they come back",
        arguments: [
            (0, 2000), (1, 2000), (1000, 2000), (1001, 2002), (10_000, 20_000), (30_000, 60_000),
            (1_000_000, 60_000), (-1, 2000),
        ]
    )
    func window(connections: Int, end: Int64) {
        #expect(ReconnectWindow(connections: connections).range == 500...end)
    }
}
