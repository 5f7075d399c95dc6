import AuditStore
import Console
import HubServer
import Synchronization

extension Hub {
    /// Whether members should be sent here, and what is wrong.
    func readiness() -> Readiness {
        var readiness = Readiness(shipping: shipper.status, now: Clocks().wallMicroseconds())
        if let failure { readiness.reasons.append("The record failed: \(failure)") }
        if let refusing = recorder.snapshot.refusing, failure == nil {
            readiness.reasons.append("New work is refused: \(refusing).")
        }
        let waiting = recorder.snapshot.waiting
        if waiting >= .seconds(2), failure == nil {
            readiness.reasons.append(
                "The journal's disk has not answered for \(waiting.components.seconds) s: nothing is"
                    + " answered or delivered until it does."
            )
        }
        if let warning = journalHealth.warning { readiness.degraded.append(warning) }
        if !isAccepting {
            readiness.reasons.append("The hub does not accept connections yet, or no longer.")
        }
        if let problem = policies.withLock({ $0.folderProblem }) {
            readiness.degraded.append(problem)
        }
        if let problem = ClockAlarm.problem(recorder.snapshot, shipper.status) {
            readiness.degraded.append(problem)
        }
        if policies.withLock({ $0.refused }) != nil {
            readiness.degraded.append(
                "The newest policies are not in force: the journal has had no room to record them."
            )
        }
        readiness.degraded += checkpoints.problems
        readiness.degraded += keys.problems
        return readiness
    }

    /// Metrics as Prometheus text (exposition format 0.0.4).
    func metrics() -> String {
        let shards = server.snapshots()
        let record = recorder.snapshot
        let shipping = shipper.status
        var text = ""
        func metric(_ name: String, _ kind: String, _ help: String, _ value: String) {
            text += "# HELP touchline_\(name) \(help)\n# TYPE touchline_\(name) \(kind)\n"
            text += "touchline_\(name) \(value)\n"
        }
        func sum(_ path: KeyPath<ShardSnapshot, UInt64>) -> String {
            String(shards.reduce(0) { $0 &+ $1[keyPath: path] })
        }
        metric("connections", "gauge", "Open connections.", sum(\.connections))
        metric("messages_total", "counter", "Messages received.", sum(\.messages))
        metric("refused_total", "counter", "Messages refused.", sum(\.refused))
        metric("deliveries_total", "counter", "Messages delivered to members.", sum(\.deliveries))
        metric("rejudged_total", "counter", "Verdicts that had gone stale.", sum(\.rejudged))
        metric("events_total", "counter", "Events recorded.", "\(record.events)")
        metric("journal_syncs_total", "counter", "Group commits.", "\(record.groups)")
        metric("journal_bytes_total", "counter", "Bytes journalled.", "\(record.bytes)")
        metric(
            "journal_sync_seconds_total",
            "counter",
            "Time in write and sync.",
            "\(Double(record.syncNs) / 1e9)"
        )
        let journal = journalHealth
        metric("journal_held_bytes", "gauge", "Journal not yet in PostgreSQL.", "\(journal.held)")
        metric("journal_room_bytes", "gauge", "What it can still take.", "\(journal.room)")
        metric("journal_kept_bytes", "gauge", "All of its segments.", "\(journal.bytes)")
        metric(
            "journal_refusing",
            "gauge",
            "Whether new work is refused because it is full.",
            record.refusing == nil ? "0" : "1"
        )
        metric(
            "unrecorded_total",
            "counter",
            "What a full journal had no room for, and was refused.",
            "\(record.unrecorded)"
        )
        metric("last_seq", "gauge", "Newest event's seq.", "\(record.lastSeq)")
        metric(
            "ship_lag_events",
            "gauge",
            "Events not yet in PostgreSQL.",
            "\(shipping.lag)"
        )
        metric(
            "ship_connected",
            "gauge",
            "Whether PostgreSQL is connected.",
            shipping.isConnected ? "1" : "0"
        )
        metric(
            "quarantined_total",
            "counter",
            "Rows that PostgreSQL refused.",
            "\(shipping.quarantined)"
        )
        let keys = keys.counts
        metric("key_fetches_total", "counter", "Fetches of issuers' key sets.", "\(keys.fetches)")
        metric(
            "key_sets_failing",
            "gauge",
            "Key sets whose last fetch failed: their last good keys serve.",
            "\(keys.failing)"
        )
        metric(
            "key_set_age_seconds",
            "gauge",
            "Age of the key set that was fetched longest ago.",
            "\(keys.oldest.components.seconds)"
        )
        return text
    }
}
