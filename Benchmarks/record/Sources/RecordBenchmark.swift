import AuditLog
import AuditStore
import Foundation
import Glibc
import HubCore
import Logging

/// Measures the record alone, with the parts that the hub is made of.
@main
struct RecordBenchmark {
    static let usage = """
        usage: record-benchmark journal <folder> <events> <bytes of content, 0 for none>
               record-benchmark ship <folder> "<libpq connection>"
               record-benchmark sign <folder> "<libpq connection>" <events>

        journal  two shards encode messages, the recorder orders, hashes and writes them, one fdatasync
                 a group; every event counts once it is durable; <folder>.vkey has the checkpoints' key
        ship     copies such a journal into a database that `touchline migrate` made
        sign     adds checkpoints, one for so many events: a hub makes one a second
        """

    static func main() throws {
        let words = CommandLine.arguments.dropFirst()
        switch (words.first, words.dropFirst().map { $0 }) {
        case ("journal", let rest) where rest.count == 3:
            guard let events = Int(rest[1]), let content = Int(rest[2]) else { return fail() }
            try journal(rest[0], events: events, bodyBytes: content == 0 ? nil : content)
        case ("ship", let rest) where rest.count == 2: try ship(rest[0], rest[1])
        case ("sign", let rest) where rest.count == 3:
            guard let every = Int64(rest[2]), every > 0 else { return fail() }
            try sign(rest[0], rest[1], every: every)
        default: fail()
        }
    }

    private static func fail() {
        print(usage)
        exit(64)
    }

    private static func journal(_ folder: String, events: Int, bodyBytes: Int?) throws {
        let writer = try JournalWriter(configuration(folder))
        let loads = (0..<2).map {
            Load(shard: $0, events: events / 2, bodyBytes: bodyBytes, window: 8_192)
        }
        let recorder = Recorder(
            receivers: loads,
            now: now,
            shipped: { 0 },
            recent: RecentMessages(epoch: 1, bytesMax: 64 << 20, through: 0),
            onDurable: { _ in },
            onCheckpoint: { _ in }
        )
        let ended = Signal()
        let writing = UncheckedWriter(writer)
        let ledger = Ledger(
            log: 1,
            epoch: 1,
            lastSeq: writer.recovery.lastSeq,
            lastAt: 0,
            standing: Standing(),
            roster: Roster(),
            settings: ChannelSettings(),
            keyed: KeyedOutcomes()
        )
        let notary = Notary(
            log: 1,
            signer: try signer(folder),
            frontier: TreeFrontier(),
            signedSize: 0
        )
        DetachedThread.start {
            do {
                try recorder.run(ledger: ledger, notary: notary, journal: writing.writer)
                try writing.writer.close()
            } catch { print("the journal failed: \(error)") }
            ended.set()
        }
        let start = (clock: ContinuousClock.now, cpu: cpuSeconds())
        let finished = loads.map { _ in Signal() }
        for (load, signal) in zip(loads, finished) {
            DetachedThread.start {
                load.run(recorder)
                signal.set()
            }
        }
        for signal in finished { signal.wait() }
        let took = seconds(ContinuousClock.now - start.clock)
        let cpu = cpuSeconds() - start.cpu
        recorder.stop()
        ended.wait()
        let done = recorder.snapshot
        print(
            """
            \(figure(Double(done.events) / took)) events/s durable, \
            \(done.bytes / max(1, done.events)) bytes of journal each, \
            \(figure(Double(done.events) / Double(done.groups))) in a group, \
            \(figure(Double(done.syncTimes.sumNs) / Double(done.groups) / 1000)) µs a write and sync, \
            \(String(format: "%.2f", cpu / Double(done.events) * 1e6)) µs of CPU each
            """
        )
    }

    private static func ship(_ folder: String, _ conninfo: String) throws {
        let configuration = configuration(folder)
        let writer = try JournalWriter(configuration)
        let postgres = try Postgres(connecting: conninfo, application: "record-benchmark")
        let claim = try StartState.claim(postgres, log: 1, origin: configuration.origin)
        let shipper = Shipper(
            settings: .init(conninfo: conninfo, log: 1, fence: claim.fence, now: now),
            logger: Logger(label: "record-benchmark")
        )
        let events = writer.recovery.lastSeq - claim.watermark
        let start = (clock: ContinuousClock.now, cpu: cpuSeconds())
        let durable = writer.durable
        shipper.start {
            JournalRecords(
                reader: try JournalReader(folder: folder, log: 1),
                durable: durable
            )
        }
        guard shipper.waitUntilShipped(through: writer.recovery.lastSeq, timeout: .seconds(600))
        else {
            print("not shipped: \(shipper.status)")
            exit(1)
        }
        let took = seconds(ContinuousClock.now - start.clock)
        let cpu = cpuSeconds() - start.cpu
        let server = try backendSeconds(postgres)
        let status = shipper.status
        print(
            """
            \(figure(Double(events) / took)) events/s shipped (\(status.rows) rows, \
            \(status.transactions) transactions, \(status.quarantined) quarantined), \
            \(String(format: "%.2f", cpu / Double(events) * 1e6)) µs of the shipper's CPU and \
            \(String(format: "%.2f", server / Double(events) * 1e6)) µs of PostgreSQL's an event
            """
        )
        _ = shipper.stop(drain: .seconds(10))
    }

    private static func sign(_ folder: String, _ conninfo: String, every: Int64) throws {
        let postgres = try Postgres(connecting: conninfo, application: "record-benchmark")
        let signer = try signer(folder)
        var frontier = TreeFrontier()
        try postgres.run("begin; delete from audit.checkpoint")
        let tiles = try postgres.query("select hashes from audit.tile where log = 1 order by tile")
        for tile in 0..<tiles.rowCount {
            let leaves = tiles.bytes(tile, 0).withUnsafeBytes { TreeHash.array($0) } ?? []
            for (index, leaf) in leaves.enumerated() {
                frontier.append(leaf)
                let isLast = tile == tiles.rowCount - 1 && index == leaves.count - 1
                guard frontier.size % every == 0 || isLast else { continue }
                let text = Checkpoint(
                    origin: signer.name,
                    size: frontier.size,
                    root: frontier.root
                ).text
                _ = try postgres.query(
                    "insert into audit.checkpoint values (1, $1, now(), $2, $3, $4)",
                    [
                        .int8(frontier.size), .bytes(frontier.root.bytes),
                        .bytes(frontier.hashes.joinedBytes), .text(try signer.sign(text)),
                    ]
                )
            }
        }
        try postgres.run("commit; analyze audit.checkpoint")
        print("\((frontier.size + every - 1) / every) checkpoints of \(frontier.size) events")
    }

    /// The key that signs for a folder's journal, made when there is none.
    private static func signer(_ folder: String) throws -> NoteSigner {
        let file = URL(fileURLWithPath: folder + ".pem")
        if !FileManager.default.fileExists(atPath: file.path) {
            try NoteSigner.newKey().write(to: file, atomically: true, encoding: .utf8)
        }
        let pem = try String(contentsOf: file, encoding: .utf8)
        let name = Checkpoint.origin(of: configuration(folder).origin)
        let signer = try NoteSigner(name: name, pem: pem)
        try "\(signer.verifier)\n"
            .write(toFile: folder + ".vkey", atomically: true, encoding: .utf8)
        return signer
    }

    /// CPU seconds of the shipper's backends, which are on this machine.
    private static func backendSeconds(_ postgres: Postgres) throws -> Double {
        let rows = try postgres.query(
            "select pid from pg_stat_activity where application_name like 'touchline shipper%'"
        )
        return try (0..<rows.rowCount).reduce(0) { sum, row in
            let stat = try String(
                contentsOfFile: "/proc/\(rows.int4(row, 0))/stat",
                encoding: .utf8
            )
            let fields = stat.split(separator: ")").last!.split(separator: " ")
            return sum + (Double(fields[11])! + Double(fields[12])!)
                / Double(sysconf(Int32(_SC_CLK_TCK)))
        }
    }

    private static func configuration(_ folder: String) -> JournalConfiguration {
        JournalConfiguration(
            folder: folder,
            log: 1,
            origin: UUID16(high: 1, low: 0x8000_0000_0000_0001),
            fence: 1
        )
    }

    /// Given to the recorder's thread, and used by no other while that runs.
    private struct UncheckedWriter: @unchecked Sendable {
        let writer: JournalWriter
        init(_ writer: JournalWriter) { self.writer = writer }
    }

    /// Microseconds since 2000-01-01 UTC.
    @Sendable private static func now() -> Int64 {
        Int64(Date().timeIntervalSinceReferenceDate * 1_000_000) + 366 * 86_400_000_000
    }

    /// CPU that this process has used so far.
    private static func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private static func figure(_ value: Double) -> String { String(Int(value)) }
}
