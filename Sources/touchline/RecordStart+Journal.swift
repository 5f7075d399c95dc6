import AuditLog
import AuditStore
import Logging

extension RecordStart {
    /// Takes the journal's folder for this process, and makes it where there is none.
    static func hold(_ folder: String) throws -> HeldJournal {
        try PrivateFile.makeFolder(folder, mode: 0o700)
        do {
            return try HeldJournal(folder: folder)
        } catch {
            throw fault(error)
        }
    }

    /// Checks what is in the folder.
    static func journal(
        _ configuration: Configuration,
        _ held: HeldJournal,
        _ identity: LogIdentity,
        _ origin: UUID16
    ) throws -> JournalWriter {
        var journal = JournalConfiguration(
            folder: configuration.journal.folder,
            log: identity.log,
            origin: origin,
            fence: identity.fence
        )
        journal.bytesMax = Int64(configuration.journal.sizeLimit)
        journal.keepSeconds = configuration.journal.keep.components.seconds
        // Several segments must fit, so that the shipped ones can make room for new ones.
        let share = configuration.journal.sizeLimit / 4
        if share < journal.segmentBytes {
            journal.segmentBytes = share
            journal.reserveBytes = share / 16
        }
        do {
            return try JournalWriter(journal, held: held)
        } catch {
            throw fault(error)
        }
    }

    /// Why a journal can't be opened, and what to do about it.
    static func fault(_ error: JournalError) -> CommandFault {
        CommandFault("\(error). \(advice(error))")
    }

    /// What to do; nothing of the journal was changed.
    private static func advice(_ error: JournalError) -> String {
        switch error {
        case .locked: "Stop that one first, or give this one a folder of its own."
        case .foreign:
            "Nothing was changed. Move the file out of the folder if it does not belong there."
        case .damaged, .gap:
            "Nothing was changed. Restore the folder from a copy; without one, begin a new log: "
                + "touchline audit new-log (docs/reliability.md)."
        default: "See to the folder and its disk."
        }
    }

    /// Claims the log, once database and journal are known to belong together: a start that is refused
    /// must not take the log from a hub that has it.
    static func claim(
        _ database: Postgres,
        _ identity: LogIdentity,
        _ origin: UUID16,
        _ writer: JournalWriter,
        folder: String
    ) throws -> StartState.Claim {
        let watermark: Int64
        do {
            watermark =
                try StartState.watermark(database, log: identity.log, origin: origin) ?? 0
        } catch let error as StartError {
            throw CommandFault("\(error).")
        }
        let (first, last) = (writer.recovery.firstSeq, writer.recovery.lastSeq)
        guard watermark <= last else {
            throw CommandFault(
                """
                The database holds events of log \(identity.log) up to \(watermark), the \
                journal in \(folder) ends at \(last): this is not the journal that they came \
                from, or a part of it is missing. Restore it; if it is lost, begin a new log: \
                touchline audit new-log.
                """
            )
        }
        guard first <= watermark + 1 else {
            throw CommandFault(
                """
                The database holds events of log \(identity.log) up to \(watermark), the \
                journal in \(folder) begins with \(first): events \(watermark + 1) to \
                \(first - 1) are in neither. Restore a newer backup of the database, or older \
                segments; if there are none, begin a new log: touchline audit new-log.
                """
            )
        }
        try checkLeaf(database, identity, writer, folder: folder, seq: watermark)
        let claim = try StartState.claim(
            database,
            log: identity.log,
            origin: origin,
            above: identity.fence
        )
        var identity = identity
        identity.fence = claim.fence
        try identity.save(folder: folder)
        writer.take(fence: claim.fence)
        return claim
    }

    /// Two copies of a journal that both went on have the same numbers for different events: the newest
    /// event that both have must be the same.
    private static func checkLeaf(
        _ database: Postgres,
        _ identity: LogIdentity,
        _ writer: JournalWriter,
        folder: String,
        seq: Int64
    ) throws {
        guard seq > 0 else { return }
        let reader = try JournalReader(folder: folder, log: identity.log)
        guard let own = try reader.leaf(of: seq, upTo: writer.durable.current),
            let shipped = try RecordedTree.leaf(database, log: identity.log, seq: seq)
        else { return }
        guard own == shipped else {
            throw CommandFault(
                """
                Event \(identity.log)-\(seq) of the journal in \(folder) is not the one that the \
                database holds: another hub went on with a copy of this journal. Start that one; \
                this one needs a log of its own: touchline audit new-log.
                """
            )
        }
    }

    /// A hub that could not record its own start doesn't start.
    static func checkRoom(_ writer: JournalWriter, shipped: Int64, now: Int64) throws {
        do {
            try writer.makeRoom(
                for: startBytes,
                shipped: shipped,
                now: now / 1_000_000 + Row.epochUnixSeconds
            )
        } catch {
            guard error.isFull else { throw error }
            throw CommandFault(
                "\(error). Raise journal.size_limit, or make room on the disk, and start again."
            )
        }
    }

    /// Ships what the journal has and the database lacks, however much that is.
    ///
    /// With nothing to ship too: making partitions and reading the state must not meet, because each
    /// waits for tables that the other has locked.
    static func drain(
        _ shipper: Shipper,
        through seq: Int64,
        _ progress: @escaping @Sendable (_ done: Int64, _ last: Int64) -> Void
    ) async throws {
        let isShipped = await Task.detached {
            var (newest, stalled) = (Int64(-1), 0)
            while stalled < stalledMax {
                if shipper.waitUntilShipped(through: seq, timeout: .seconds(2)) { return true }
                let status = shipper.status
                if status.hasEnded { return false }
                let watermark = status.watermark ?? -1
                stalled = watermark > newest ? 0 : stalled + 1
                newest = watermark
                progress(max(0, watermark), seq)
            }
            return false
        }.value
        guard isShipped else {
            let status = shipper.status
            throw CommandFault(
                """
                The journal could not be shipped to PostgreSQL: \
                \(status.halted ?? status.lastError ?? "it took too long"). The hub starts once \
                the database holds what was recorded before.
                """
            )
        }
    }

    /// Without any progress a start gives up after ten minutes: in steps of two seconds.
    private static let stalledMax = 300
    /// Room for the start's own events and some messages.
    private static let startBytes = 64 << 10
}
