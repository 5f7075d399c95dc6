import AuditLog
import AuditStore
import Console
import HubCore
import HubServer
import Outcomes
import Synchronization

/// Metrics; docs/metrics.md has each of them.
extension Hub {
    /// What `/metrics` answers.
    func metrics() -> String {
        var text = Exposition()
        let shards = ShardSnapshot.sum(server.snapshots())
        describeHub(&text)
        describeDoor(shards, &text)
        describeMessages(shards.counters, &text)
        describeMemory(shards, &text)
        describeRecord(&text)
        describeShipping(&text)
        describeKeys(&text)
        describeProcess(&text)
        return text.text
    }

    private func describeHub(_ text: inout Exposition) {
        let readiness = readiness()
        let (isBroken, isRefused) = policies.withLock {
            ($0.folderProblem != nil, $0.refused != nil)
        }
        text.information("touchline_build_info", "The program.", ("version", Touchline.version))
        text.gauge("touchline_ready", "Whether /readyz answers 200.", readiness.isReady)
        text.gauge(
            "touchline_degraded",
            "How many things /readyz calls degraded.",
            readiness.degraded.count
        )
        text.gauge(
            "touchline_policies_broken",
            "Whether the policies' folder cannot be used.",
            isBroken
        )
        text.gauge(
            "touchline_policies_refused",
            "Whether policies wait for room in the journal to be in force.",
            isRefused
        )
    }

    private func describeDoor(_ shards: ShardSnapshot, _ text: inout Exposition) {
        let door = shards.door
        text.gauge("touchline_sessions", "Open sessions.", shards.sessions)
        text.counter(
            "touchline_handshakes_total",
            "Handshakes that were answered, opened or with the code of their refusal.",
            by: "outcome",
            [("opened", door.opened)] + Self.values(door.refused) { $0.httpStatus != nil }
        )
        text.counter(
            "touchline_disconnects_total",
            "Sessions that ended.",
            by: "code",
            Self.values(door.ended) { $0.closeCode != nil }
        )
    }

    private func describeMessages(_ counters: Counters, _ text: inout Exposition) {
        text.counter(
            "touchline_messages_total",
            "Text messages of all types received.",
            counters.messages
        )
        text.counter(
            "touchline_refused_total",
            "Messages refused.",
            by: "code",
            Self.values(counters.refusals) { _ in true }
        )
        text.counter(
            "touchline_dispositions_total",
            "Sends and edits recorded.",
            by: "disposition",
            Disposition.allCases.map { ("\($0)", counters.dispositions[Int($0.rawValue)]) }
        )
        text.counter("touchline_rejudged_total", "Verdicts that had gone stale.", counters.rejudged)
        text.histogram(
            "touchline_verdict_seconds",
            "Judging by rules, from the parsed bytes to the encoded event.",
            counters.verdicts
        )
        text.counter(
            "touchline_deliveries_total",
            "Messages handed to connections of members.",
            counters.deliveries
        )
        text.histogram(
            "touchline_delivery_seconds",
            "From the start of judging a message to each connection's next write.",
            counters.deliveryTimes
        )
    }

    private func describeMemory(_ shards: ShardSnapshot, _ text: inout Exposition) {
        text.gauge("touchline_queue_bytes", "Memory for slow readers.", shards.queuedBytes)
        text.gauge("touchline_queue_limit_bytes", "limits.queues.", configuration.limits.queues)
        text.counter(
            "touchline_reading_paused_total",
            "Times a session was not read from for a while, having too much under way.",
            shards.counters.pauses
        )
        text.gauge("touchline_in_flight_bytes", "Judged, not yet recorded.", shards.inFlightBytes)
        text.gauge(
            "touchline_in_flight_limit_bytes",
            "What may be; past a shard's part of it messages are refused as busy.",
            server.loops.count * Shard<ShardLoop>.bytesInFlightMax
        )
        text.gauge("touchline_roster_members", "Members known.", shards.rosterMembers)
        text.gauge(
            "touchline_standing_members",
            "Members with a session, sanction, strike or revocation.",
            shards.standingMembers
        )
        text.gauge(
            "touchline_accounts",
            "Subjects, addresses and channels whose rates are counted.",
            shards.accounts
        )
        let held = recent.load
        text.gauge("touchline_recent_messages", "Numbers of channels in memory.", held.entries)
        text.gauge("touchline_recent_bytes", "What they take.", held.bytes)
    }

    private func describeKeys(_ text: inout Exposition) {
        let keys = keys.counts
        text.counter("touchline_key_fetches_total", "Fetches of issuers' key sets.", keys.fetches)
        text.gauge(
            "touchline_key_sets_failing",
            "Key sets whose last fetch failed: their last good keys serve.",
            keys.failing
        )
        text.gauge(
            "touchline_key_set_age_seconds",
            "Age of the key set that was fetched longest ago.",
            keys.oldest.seconds
        )
    }

    private func describeProcess(_ text: inout Exposition) {
        let use = ProcessUse.now()
        text.counter("process_cpu_seconds_total", "Time on processors.", use.cpuSeconds)
        text.gauge("process_resident_memory_bytes", "Memory.", use.residentBytes.map(Double.init))
        text.gauge("process_start_time_seconds", "Start, Unix time.", use.startedAt)
        text.gauge("process_open_fds", "Open files and sockets.", use.openFiles.map(Double.init))
        text.gauge("process_max_fds", "What may be open.", use.openFilesMax.map(Double.init))
    }

    /// A counter for each outcome that can be, and for others that were all the same.
    private static func values(
        _ counts: [Outcome: UInt64],
        where canBe: (Outcome) -> Bool
    ) -> [(value: String, count: UInt64)] {
        Outcome.allCases.compactMap { outcome in
            let count = counts[outcome]
            return count != nil || canBe(outcome) ? (outcome.rawValue, count ?? 0) : nil
        }
    }
}

extension Hub {
    private func describeRecord(_ text: inout Exposition) {
        let record = recorder.snapshot
        let journal = journalHealth
        text.counter(
            "touchline_events_total",
            "Events recorded.",
            by: "kind",
            EventKind.allCases.map { ($0.name, record.kinds[$0.rawValue] ?? 0) }
        )
        text.gauge("touchline_last_seq", "The newest event's seq.", record.lastSeq)
        text.histogram(
            "touchline_journal_sync_seconds",
            "Write and fdatasync of a group of events.",
            record.syncTimes
        )
        text.gauge(
            "touchline_journal_sync_waiting_seconds",
            "How long the write at hand has taken; 0 between writes.",
            record.waiting.seconds
        )
        text.counter("touchline_journal_bytes_total", "Bytes journalled.", record.bytes)
        text.gauge("touchline_journal_held_bytes", "Not yet in PostgreSQL.", journal.held)
        text.gauge("touchline_journal_room_bytes", "What it can still take.", journal.room)
        text.gauge("touchline_journal_kept_bytes", "All of its segments.", journal.bytes)
        text.gauge(
            "touchline_journal_refusing",
            "Whether new work is refused because it is full.",
            record.refusing != nil
        )
        text.counter(
            "touchline_unrecorded_total",
            "What a full journal had no room for, and was refused.",
            record.unrecorded
        )
        text.gauge("touchline_idempotency_keys", "Keys of sends remembered.", record.keyed)
        text.gauge(
            "touchline_record_ahead_seconds",
            "How far the newest event's time is ahead of the clock.",
            Double(record.aheadOfClockUs) / 1e6
        )
        text.gauge(
            "touchline_checkpoint_age_seconds",
            "Time since the newest checkpoint of the log was signed.",
            checkpoints.age?.seconds
        )
        text.gauge(
            "touchline_checkpoint_waiting_seconds",
            "How long a checkpoint has waited to be pushed; 0 when the newest is everywhere.",
            checkpoints.waiting.seconds
        )
    }

    private func describeShipping(_ text: inout Exposition) {
        let shipping = shipper.status
        let oldest = shipping.lag > 0 ? shipping.oldestWaitingAt : nil
        text.gauge(
            "touchline_database_connected",
            "Whether PostgreSQL is connected.",
            shipping.isConnected
        )
        text.gauge("touchline_ship_waiting_events", "Not yet in PostgreSQL.", shipping.lag)
        text.gauge(
            "touchline_ship_waiting_seconds",
            "How long the oldest of them has waited; 0 when none does.",
            oldest.map { Double(max(0, now - $0)) / 1e6 } ?? 0
        )
        text.histogram(
            "touchline_ship_lag_seconds",
            "From an event's time to its commit in PostgreSQL.",
            shipping.lags
        )
        text.counter(
            "touchline_quarantined_total",
            "Rows that PostgreSQL refused.",
            shipping.quarantined
        )
        text.gauge(
            "touchline_clock_ahead_seconds",
            "How far this machine's clock is ahead of PostgreSQL's.",
            Double(shipping.clockAheadUs) / 1e6
        )
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
