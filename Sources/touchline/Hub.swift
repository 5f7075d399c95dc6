import AuditLog
import AuditStore
import Console
import Crypto
import Foundation
import Glibc
import Handshake
import HubCore
import HubServer
import Logging
import NIOCore
import NIOPosix
import PolicyEngine
import PolicyFiles
import Synchronization

/// Runs a hub until the task is cancelled: drains the journal, reads the state, listens; at the
/// end everything that was accepted is recorded and shipped.
///
/// - Parameters:
///   - reloads: requests to read certificate, keys and policies again; nil where none come.
///   - ready: called once it accepts connections.
func runHub(
    _ configuration: Configuration,
    logger: Logger,
    reloads: ReloadRequests? = nil,
    ready: @Sendable (HubAddresses) async throws -> Void
) async throws {
    // A write beyond a file size limit must fail as a write, not end the process.
    signal(SIGXFSZ, SIG_IGN)
    let hub = try await Hub(configuration, logger: logger)
    do {
        let addresses = try await hub.listen()
        try await ready(addresses)
        try await hub.runUntilCancelled(reloads)
    } catch {
        await hub.stop()
        throw error
    }
    await hub.stop()
    if hub.shipper.status.isTaken {
        throw CommandFault(
            """
            Another hub has taken this log, with a copy of the journal or the journal itself: what \
            was recorded here since cannot reach the database. Keep one of the two; the other needs \
            a log of its own: touchline audit new-log.
            """
        )
    }
    if let failure = hub.failure {
        throw CommandFault("The record failed: \(failure). Nothing was accepted after that.")
    }
}

/// The composition root: every part of a running hub, wired together.
final class Hub: Sendable {
    let configuration: Configuration
    let logger: Logger
    private let group: MultiThreadedEventLoopGroup
    let server: HubServer
    let recorder: Recorder
    let shipper: Shipper
    private let record: RecordStart
    private let keeping: KeepingDesk
    private let past: PastDesk
    private let recorderEnd = Mutex<(isEnded: Bool, failure: String?)>((false, nil))
    private let watcher = Mutex<PolicyWatcher?>(nil)
    private let console = Mutex<Console?>(nil)
    /// What the folder held, or the record had in force, at the start.
    private let bundle: PolicyEngine.Bundle
    let policies: Mutex<PoliciesInForce>
    let entrance: Entrance
    private let isListening = Mutex(false)
    let keys: IssuerKeys
    let tls: TLSContext?
    let checkpoints: CheckpointOutlets
    let recent: RecentMessages

    /// Whether connections are accepted.
    var isAccepting: Bool { isListening.withLock { $0 } }

    /// How full the journal is.
    var journalHealth: JournalHealth {
        JournalHealth(
            record.durable,
            watermark: shipper.status.watermark ?? 0,
            folder: configuration.journal.folder
        )
    }

    /// Why the record stopped being written; nil when it did not.
    var failure: String? { recorderEnd.withLock { $0.failure } }

    init(_ configuration: Configuration, logger: Logger) async throws {
        self.configuration = configuration
        self.logger = logger
        let entrance = try Self.entrance(configuration, logger)
        self.entrance = entrance
        keys = IssuerKeys(configuration.issuers, gates: entrance.gates, logger: logger)
        tls = try configuration.hub.tls.map {
            try TLSContext(certificateFile: $0.certificate, keyFile: $0.key)
        }
        let checkpoints = try CheckpointOutlets(configuration.checkpoints, logger: logger)
        self.checkpoints = checkpoints
        var chosen: StartPolicies?
        let record = try await RecordStart.open(configuration, logger: logger) { recorded in
            let policies = try StartPolicies.choose(recorded: recorded, configuration, logger)
            chosen = policies
            return policies.bundle.members
        } progress: {
            logger.notice("Shipping what was left: \($0) of \($1) events are in the database.")
        }
        self.record = record
        guard let chosen else { preconditionFailure("an opened record has chosen its policies") }
        let bundle = chosen.bundle
        self.bundle = bundle
        policies = Mutex(PoliciesInForce(chosen))
        let shipper = record.shipper
        self.shipper = shipper
        let clocks = Clocks()
        let shards =
            configuration.hub.shards > 0 ? configuration.hub.shards : System.coreCount
        group = MultiThreadedEventLoopGroup(numberOfThreads: shards)
        let submit = Submission()
        let (standing, roster, settings) = (record.standing, record.roster, record.settings)
        let rates = RateCounters()
        let accounts = Accounts(configuration.limits.rates)
        let recent = RecentMessages(
            epoch: record.epoch,
            bytesMax: configuration.limits.recent,
            through: record.lastSeq
        )
        self.recent = recent
        let past = PastDesk(
            conninfo: configuration.database.connection,
            log: record.log,
            now: { clocks.wallMicroseconds() },
            logger: logger
        )
        self.past = past
        let loops = group.makeIterator().enumerated().map { index, eventLoop in
            ShardLoop(
                eventLoop: eventLoop,
                clocks: clocks,
                entrance: entrance,
                queues: QueueBudget(
                    connectionMax: entrance.settings.queuedBytesMax,
                    totalMax: entrance.settings.queuedBytesTotalMax / shards
                ),
                submit: { submit.recorder.submit($0) },
                past: { past.ask($0, answer: $1) }
            ) { loop in
                Shard(
                    index: index,
                    log: record.log,
                    epoch: record.epoch,
                    bundle: bundle,
                    rates: rates,
                    recent: recent,
                    seal: entrance.pseudonyms.resumeSeal,
                    accounts: accounts,
                    standing: standing,
                    roster: roster,
                    settings: settings,
                    entropy: Entropy(refill: Self.fillFromKernel),
                    ticks: { clocks.monotonicNs() },
                    output: loop
                )
            }
        }
        recorder = Recorder(
            receivers: loops,
            now: { clocks.wallMicroseconds() },
            shipped: { shipper.status.watermark ?? 0 },
            recent: recent,
            onDurable: { _ in shipper.wake() },
            onCheckpoint: { checkpoints.show($0) }
        )
        submit.set(recorder)
        server = HubServer(loops: loops, entrance: entrance, tls: tls, logger: logger)
        keeping = KeepingDesk(
            conninfo: configuration.database.connection,
            log: record.log,
            fence: record.epoch,
            logger: logger
        )
        startRecorder()
        past.start()
        await server.recordRun(.hubStarted)
        putInForce(Activation(bundle, by: .start))
        keeping.start(
            record: { [weak self] in self?.record($0, recorded: $1) },
            activate: { [weak self] in self?.activate($0, recorded: $1) }
        )
    }

    /// Starts the recorder's thread; when the journal fails, the process stops accepting at once.
    private func startRecorder() {
        let parts = record.takeParts()
        DetachedThread.start { [self] in
            do {
                try recorder.run(
                    ledger: parts.ledger,
                    notary: parts.notary,
                    journal: parts.writer
                )
                try parts.writer.close()
                recorderEnd.withLock { $0.isEnded = true }
            } catch {
                logger.critical("The record failed: \(error)")
                recorderEnd.withLock { $0 = (true, "\(error)") }
            }
        }
    }

    /// Binds the hub's and the console's ports.
    func listen() async throws -> HubAddresses {
        let console = Console(
            host: configuration.console.host,
            port: configuration.console.port,
            ready: { [self] in readiness() },
            metrics: { [self] in metrics() },
            operated: self,
            logger: logger
        )
        let consolePort = try await console.start()
        self.console.withLock { $0 = console }
        await keys.fetchFirst(within: Self.firstKeysWait)
        let hubPort = try await server.start(
            group: group,
            host: configuration.hub.host,
            port: configuration.hub.port
        )
        isListening.withLock { $0 = true }
        if configuration.policies.watch { watchPolicies() }
        return HubAddresses(hubPort: hubPort, consolePort: consolePort)
    }

    /// Returns when the task is cancelled or the record has failed.
    func runUntilCancelled(_ reloads: ReloadRequests?) async throws {
        var files = WatchedFiles(configuration)
        var alarm = JournalAlarm()
        var clockAlarm = ClockAlarm()
        while !Task.isCancelled, failure == nil, !shipper.status.isTaken {
            try? await Task.sleep(for: .milliseconds(200))
            alarm.look(at: journalHealth, refusing: recorder.snapshot.refusing, logger)
            clockAlarm.look(at: ClockAlarm.problem(recorder.snapshot, shipper.status), logger)
            if reloads?.take() == true {
                reload()
            } else if reloads != nil, files.haveChanged() {
                reloadFiles()
            }
            keys.look()
            activateRefused()
        }
    }

    /// Members first, then the record: sessions end, the last event is journalled, all is shipped.
    func stop() async {
        isListening.withLock { $0 = false }
        watcher.withLock { $0 }?.stop()
        keeping.stop()
        past.stop()
        await server.stop(deadline: .seconds(5))
        if failure == nil { await server.recordRun(.hubStopped) }
        recorder.stop()
        while !recorderEnd.withLock({ $0.isEnded }) { try? await Task.sleep(for: .milliseconds(5)) }
        await checkpoints.stop()
        let shipper = shipper
        let isShipped = await Task.detached { shipper.stop(drain: .seconds(20)) }.value
        if !isShipped, !shipper.status.isTaken {
            logger.warning(
                "PostgreSQL does not hold the newest events yet; the next start ships them."
            )
        }
        if let console = console.withLock({ $0 }) { await console.stop() }
        try? await group.shutdownGracefully()
    }

    private func watchPolicies() {
        let source = configuration.policies.source
        let watcher = PolicyWatcher(source, loaded: bundle) { [weak self] result in
            self?.putInForce(result, by: .watch)
        }
        self.watcher.withLock { $0 = watcher }
    }
}

extension Hub {
    /// The recorder, which the shards need before it can be made.
    private final class Submission: Sendable {
        private let slot = Mutex<Recorder?>(nil)

        var recorder: Recorder {
            guard let recorder = slot.withLock({ $0 }) else {
                preconditionFailure("no shard submits before the hub is wired")
            }
            return recorder
        }

        func set(_ recorder: Recorder) { slot.withLock { $0 = recorder } }
    }

    private static func entrance(
        _ configuration: Configuration,
        _ logger: Logger
    ) throws -> Entrance {
        guard let key = FileManager.default.contents(atPath: configuration.keys.pseudonym),
            key.count >= 32
        else {
            throw CommandFault(
                "\(configuration.keys.pseudonym) must hold at least 32 bytes, the pseudonyms' key."
            )
        }
        var settings = HubSettings()
        settings.path = configuration.hub.path
        settings.pingSeconds = configuration.hub.pingSeconds
        settings.queuedBytesMax = configuration.limits.queue
        settings.queuedBytesTotalMax = configuration.limits.queues
        return Entrance(
            gate: try gate(configuration, logger),
            pseudonyms: Pseudonyms(key: SymmetricKey(data: key)),
            proxies: DeclaredProxies(configuration.hub.proxies),
            settings: settings
        )
    }

    /// Time for issuers to answer before members can connect, who would be refused without their keys.
    private static let firstKeysWait = Duration.seconds(5)

    /// Random bytes for salts and message ids: the kernel's.
    private static let fillFromKernel: @Sendable (inout [UInt8]) -> Void = { pool in
        pool.withUnsafeMutableBytes {
            if let base = $0.baseAddress { arc4random_buf(base, $0.count) }
        }
    }
}
