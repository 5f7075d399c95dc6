import AuditLog
import AuditStore
import HubCore
import Logging
import Testing

@Suite("The desk that takes what keepers ask for")
struct KeepingDeskTests {
    private let lab: Laboratory

    init() throws {
        lab = try Laboratory()
    }

    @Test(
        "what waits in the journal is not handed over again, and what it had no room for is",
        .timeLimit(.minutes(1))
    )
    func handsOverOnce() async throws {
        let desk = KeepingDesk(
            conninfo: lab.cluster.conninfo(lab.database, user: PostgresCluster.hubUser),
            log: 1,
            fence: lab.claim.fence,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        defer { desk.stop() }
        let (handed, hand) = AsyncStream.makeStream(of: UInt64.self)
        desk.start(
            record: { keeping, recorded in
                let number = keeping.subject?.low ?? 0
                recorded(number == 2 ? nil : Decision(log: 1, seq: Int64(number)))
                hand.yield(number)
            },
            activate: { _, _ in nil }
        )
        try lab.postgres.run("begin; \(request(1)); \(request(2)); commit")
        var next = handed.makeAsyncIterator()
        #expect(await next.next() == 1)
        #expect(await next.next() == 2)
        // They are taken in their order, so the first would come before the others.
        try lab.postgres.run(
            """
            begin; update audit.request set taken_at = taken_at - interval '11 minutes';
            \(request(3)); commit
            """
        )
        #expect(await next.next() == 2)
        #expect(await next.next() == 3)
    }

    private func request(_ number: UInt64) -> String {
        """
        insert into audit.request (kind, subject) values (60, '\(UUID16(high: 1, low: number))')
        """
    }
}
