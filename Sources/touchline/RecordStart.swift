import AuditLog
import AuditStore
import Foundation
import HubCore
import HubServer
import Logging
import Outcomes
import PolicyEngine
import Synchronization

/// The record, opened for a run: the log claimed, the journal sound and shipped, the state read.
final class RecordStart: Sendable {
    let log: Int32
    /// Number of this run, carried by every channel's numbers.
    let epoch: Int32
    /// The newest event before this run.
    let lastSeq: Int64
    let standing: Standing
    let roster: Roster
    let settings: ChannelSettings
    let shipper: Shipper
    /// How far the journal is written, and what it takes up.
    let durable: JournalDurable
    private let parts: Mutex<Parts?>

    /// What goes to the recorder's thread, the one that uses it.
    struct Parts: @unchecked Sendable {
        let ledger: Ledger
        let notary: Notary
        let writer: JournalWriter
    }

    private init(
        log: Int32,
        epoch: Int32,
        lastSeq: Int64,
        standing: Standing,
        roster: Roster,
        settings: ChannelSettings,
        shipper: Shipper,
        durable: JournalDurable,
        parts: Parts
    ) {
        self.log = log
        self.epoch = epoch
        self.lastSeq = lastSeq
        self.standing = standing
        self.roster = roster
        self.settings = settings
        self.shipper = shipper
        self.durable = durable
        self.parts = Mutex(parts)
    }

    /// Gives its parts away, once, to the recorder's thread.
    func takeParts() -> Parts {
        parts.withLock { parts in
            guard let taken = parts else { preconditionFailure("the recorder starts once") }
            parts = nil
            return taken
        }
    }

    /// Opens the journal, claims the log, drains the journal into the database and reads the state.
    ///
    /// - Parameters:
    ///   - reading: how members' claims are read, given what was in force last.
    ///   - progress: told every two seconds how far the database is, while the drain lasts.
    static func open(
        _ configuration: Configuration,
        logger: Logger,
        reading: (StartState.Policy?) throws -> MemberReading,
        progress: @escaping @Sendable (_ done: Int64, _ last: Int64) -> Void
    ) async throws -> RecordStart {
        let clocks = Clocks()
        let now: @Sendable () -> Int64 = { clocks.wallMicroseconds() }
        let folder = configuration.journal.folder
        // The folder first: who can't have it must neither say whose it is nor take the log from the
        // hub that has it.
        let held = try hold(folder)
        let identity = try LogIdentity.load(folder: folder, held)
        guard let origin = UUID16(parsing: identity.origin) else {
            throw CommandFault("\(folder)/identity.json has an origin that is no UUID.")
        }
        let signer = try signer(configuration, origin: origin)
        let writer = try journal(configuration, held, identity, origin)
        report(writer.recovery, logger)
        let conninfo = configuration.database.connection
        let database = try connect(conninfo)
        try prepareSchema(database, configuration.database, logger)
        let claim = try claim(database, identity, origin, writer, folder: folder)
        let log = identity.log
        let shipper = Shipper(
            settings: .init(conninfo: conninfo, log: log, fence: claim.fence, now: now),
            logger: logger
        )
        let durable = writer.durable
        shipper.start {
            try JournalRecords(reader: JournalReader(folder: folder, log: log), durable: durable)
        }
        try await drain(shipper, through: writer.recovery.lastSeq, progress)
        try checkRoom(writer, shipped: writer.recovery.lastSeq, now: now())
        let state = try StartState.load(
            database,
            log: log,
            now: now(),
            strikesFrom: now() - Standing.strikeLifetime,
            keyedMax: KeyedOutcomes.countMax
        )
        let standing = standing(state)
        let roster = roster(state, try reading(state.policy))
        let settings = settings(state)
        let tree = try RecordedTree.load(database, log: log, lastSeq: state.lastSeq)
        return RecordStart(
            log: log,
            epoch: claim.fence,
            lastSeq: state.lastSeq,
            standing: standing,
            roster: roster,
            settings: settings,
            shipper: shipper,
            durable: durable,
            parts: Parts(
                ledger: Ledger(
                    log: log,
                    epoch: claim.fence,
                    lastSeq: state.lastSeq,
                    lastAt: state.lastAt,
                    standing: standing,
                    roster: roster,
                    settings: settings,
                    keyed: keyed(state)
                ),
                notary: Notary(
                    log: log,
                    signer: signer,
                    frontier: tree.frontier,
                    signedSize: tree.signedSize
                ),
                writer: writer
            )
        )
    }

    static func connect(_ conninfo: String) throws(CommandFault) -> Postgres {
        do {
            return try Postgres(connecting: conninfo, application: "touchline")
        } catch {
            throw CommandFault(
                """
                The database cannot be reached: \(error). A start needs it; see to \
                database.connection, or to PostgreSQL.
                """
            )
        }
    }

    private static func signer(
        _ configuration: Configuration,
        origin: UUID16
    ) throws -> NoteSigner {
        let path = configuration.keys.checkpoint
        do {
            let pem = try String(contentsOfFile: path, encoding: .utf8)
            return try NoteSigner(name: Checkpoint.origin(of: origin), pem: pem)
        } catch {
            throw CommandFault(
                """
                \(path): \(error). Checkpoints are signed with an Ed25519 key; make one with
                  openssl genpkey -algorithm ed25519 -out \(path)
                """
            )
        }
    }

    private static func prepareSchema(
        _ database: Postgres,
        _ settings: Configuration.Database,
        _ logger: Logger
    ) throws {
        guard settings.isMigrated else {
            do {
                return try Migrations.check(database, files: Schema.files)
            } catch {
                throw CommandFault(
                    """
                    The database is not ready: \(error). Bring it up with `touchline migrate \
                    --database …` as a role that may, and grant touchline_server to the role of \
                    database.connection (docs/operations.md, The database).
                    """
                )
            }
        }
        let applied = try Migrations.apply(database, files: Schema.files)
        for name in applied { logger.notice("Applied sql/\(name).") }
    }

    private static func report(_ recovery: JournalWriter.Recovery, _ logger: Logger) {
        if let file = recovery.cutFile, recovery.cutBytes > 0 {
            logger.warning(
                "The last run ended in mid-write: \(recovery.cutBytes) bytes of \(file) were cut."
            )
        }
    }

    private static func standing(_ state: StartState) -> Standing {
        var standing = Standing()
        for sanction in state.sanctions {
            _ = standing.apply(
                sanction.kind,
                .allow,
                subject: sanction.subject,
                channel: sanction.channel,
                until: sanction.until,
                at: sanction.at
            )
        }
        for revocation in state.revocations {
            if revocation.kind == .erase, let subject = revocation.subject {
                standing.forget(subject, at: revocation.at)
                continue
            }
            standing.revoke(
                token: revocation.token,
                of: revocation.subject,
                at: revocation.at,
                until: revocation.until
            )
        }
        for resumption in state.resumptions {
            standing.resume(
                from: resumption.session,
                at: resumption.at,
                until: resumption.until
            )
        }
        for strike in state.strikes {
            standing.apply(
                Strike(rule: strike.rule, at: strike.at, count: strike.count),
                to: strike.subject
            )
        }
        return standing
    }

    private static func roster(_ state: StartState, _ reading: MemberReading) -> Roster {
        var roster = Roster(reading)
        for member in state.members {
            roster.restore(subject: member.subject, claims: member.claims)
        }
        for enrolment in state.enrolments {
            roster.apply(
                .enrol,
                .allow,
                subject: enrolment.subject,
                session: nil,
                channel: enrolment.channel
            )
        }
        return roster
    }

    private static func settings(_ state: StartState) -> ChannelSettings {
        var settings = ChannelSettings()
        for setting in state.settings {
            _ = settings.apply(
                setting.kind,
                .allow,
                channel: setting.channel,
                seconds: setting.seconds
            )
        }
        return settings
    }

    private static func keyed(_ state: StartState) -> KeyedOutcomes {
        var keyed = KeyedOutcomes()
        for message in state.keyed {
            keyed[message.message] = KeyedOutcome(
                seq: message.seq,
                epoch: message.epoch,
                channelSeq: message.channelSeq,
                disposition: message.disposition,
                at: message.at
            )
        }
        return keyed
    }
}
