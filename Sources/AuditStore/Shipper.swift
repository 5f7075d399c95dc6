import AuditLog
import Glibc
import HubCore
package import Logging
import Synchronization

/// Copies the journal to PostgreSQL from a thread of its own.
///
/// Each transaction locks the log's row, compares the fence, copies events and contents, and moves
/// the watermark, so that every event arrives once. After any doubt it reconnects and goes on from
/// the watermark that it finds.
package final class Shipper: Sendable {
    /// What it needs to know.
    package struct Settings: Sendable {
        package var conninfo: String
        package var log: Int32
        /// This hub's fence, from `StartState.claim`.
        package var fence: Int32
        /// Wall clock, microseconds since 2000-01-01 UTC.
        package var now: @Sendable () -> Int64
        /// Bounds of a transaction: large enough to make its round trips cheap, small enough to be
        /// repeated without pain.
        package var batchBytesMax = 8 << 20
        package var batchRowsMax = 20_000

        package init(
            conninfo: String,
            log: Int32,
            fence: Int32,
            now: @escaping @Sendable () -> Int64
        ) {
            self.conninfo = conninfo
            self.log = log
            self.fence = fence
            self.now = now
        }
    }

    private struct State {
        var status = ShipperStatus()
        var isStopping = false
        var isAbandoned = false
        var canceller: PostgresCanceller?
    }

    private let settings: Settings
    private let logger: Logger
    private let state = Mutex(State())
    private let work = Signal()
    private let stopping = Signal()
    private let progress = Signal()

    package init(settings: Settings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    package var status: ShipperStatus { state.withLock { $0.status } }

    /// Starts the thread.
    ///
    /// - Parameter records: makes the journal's reader, on that thread.
    package func start(records: @escaping @Sendable () throws -> any ShippedRecords) {
        DetachedThread.start { [self] in
            do {
                run(try records())
            } catch {
                halt("\(error)")
            }
            publish {
                $0.hasEnded = true
                $0.isConnected = false
            }
        }
    }

    /// Says that more of the journal is durable; cheap, for the recorder's thread.
    package func wake() { work.set() }

    /// Waits until the database holds everything up to `seq`. For one waiter at a time.
    ///
    /// - Returns: false when the time is over or shipping has ended.
    package func waitUntilShipped(through seq: Int64, timeout: Duration) -> Bool {
        wait(timeout) { ($0.watermark ?? -1) >= seq }
    }

    /// Ships what is durable, then ends the thread; gives up when the time is over.
    ///
    /// - Returns: whether everything durable was shipped.
    package func stop(drain timeout: Duration) -> Bool {
        state.withLock { $0.isStopping = true }
        work.set()
        stopping.set()
        if !wait(timeout, until: \.hasEnded), !status.hasEnded {
            let canceller = state.withLock { state in
                state.isAbandoned = true
                return state.canceller
            }
            canceller?.cancel()
            _ = wait(.seconds(2), until: \.hasEnded)
        }
        return status.hasEnded && status.lag == 0 && status.watermark != nil
    }

    private func wait(_ timeout: Duration, until holds: (ShipperStatus) -> Bool) -> Bool {
        let deadline = ContinuousClock.now + timeout
        while true {
            let status = status
            if holds(status) { return true }
            if status.hasEnded || ContinuousClock.now >= deadline { return false }
            _ = progress.wait(milliseconds: 50)
        }
    }

    private func publish(_ change: (inout ShipperStatus) -> Void) {
        state.withLock { change(&$0.status) }
        progress.set()
    }

    private func halt(_ reason: String) {
        logger.critical("shipping has ended for good: \(reason)")
        publish {
            $0.halted = reason
            $0.lastError = reason
        }
    }
}

// The thread's side.
extension Shipper {
    private func run(_ records: any ShippedRecords) {
        var failures = 0
        while !state.withLock({ $0.isAbandoned }) {
            do {
                try shipUntilStopped(records) { failures = 0 }
                return
            } catch let halt as ShipperConnection.Halt {
                if case .fenceMoved = halt { publish { $0.isTaken = true } }
                self.halt("\(halt)")
                return
            } catch {
                failures += 1
                let reason = "\(error)"
                if status.lastError != reason {
                    logger.error("can't ship to PostgreSQL, will try again: \(reason)")
                }
                publish {
                    $0.isConnected = false
                    $0.lastError = reason
                    $0.durableSeq = records.durableSeq
                    if $0.lag > 0, $0.oldestWaitingAt == nil {
                        $0.oldestWaitingAt = settings.now()
                    }
                }
            }
            // A stop that comes in the pause ends it; the attempt after it is the drain.
            let isStopping = state.withLock { $0.isStopping }
            let pause = isStopping ? 200 : min(Self.pauseMsMax, 100 << min(failures, 7))
            _ = stopping.wait(milliseconds: pause)
        }
    }

    /// One connection's life.
    private func shipUntilStopped(
        _ records: any ShippedRecords,
        onProgress: () -> Void
    ) throws {
        let connection = try ShipperConnection(
            settings.conninfo,
            log: settings.log,
            fence: settings.fence
        )
        state.withLock { $0.canceller = connection.canceller() }
        defer { state.withLock { $0.canceller = nil } }
        try records.rewind(after: connection.watermark)
        var shipment = Shipment()
        shipment.reset(after: connection.watermark)
        try connection.preparePartitions(for: shipment, now: settings.now())
        publish {
            $0.isConnected = true
            $0.lastError = nil
            $0.watermark = connection.watermark
            $0.durableSeq = records.durableSeq
        }
        while !state.withLock({ $0.isAbandoned }) {
            let wasStopping = state.withLock { $0.isStopping }
            shipment.reset(after: connection.watermark)
            try fill(&shipment, from: records)
            if let gap = shipment.gap {
                throw ShipperConnection.Halt.recordsMissing(
                    expected: gap.expected,
                    found: gap.found
                )
            }
            publish {
                $0.durableSeq = records.durableSeq
                $0.oldestWaitingAt = shipment.firstAt
            }
            guard !shipment.isEmpty else {
                if wasStopping { return }
                if work.wait(milliseconds: Self.idleMs) { usleep(Self.gatherUs) }
                continue
            }
            let isTrickle = shipment.rowCount < Self.trickleRowsMax && !wasStopping
            try connection.preparePartitions(for: shipment, now: settings.now())
            let quarantined = try connection.ship(shipment, now: settings.now)
            onProgress()
            report(shipment, quarantined, clockAheadUs: connection.clockAheadUs)
            if isTrickle { usleep(Self.gatherUs) }
        }
    }

    /// Takes whole batches until a bound is reached, so that nothing of the last event is left
    /// behind the watermark.
    private func fill(_ shipment: inout Shipment, from records: any ShippedRecords) throws {
        while shipment.gap == nil, shipment.rowCount < settings.batchRowsMax,
            shipment.byteCount < settings.batchBytesMax
        {
            let bytesMax = min(Self.chunkBytes, settings.batchBytesMax - shipment.byteCount)
            let found = try records.next(bytesMax: bytesMax) { shipment.append($0, $1) }
            if !found { return }
        }
    }

    private func report(_ shipment: Shipment, _ quarantined: Int, clockAheadUs: Int64) {
        if quarantined > 0 {
            logger.critical(
                "\(quarantined) records up to \(settings.log)-\(shipment.lastSeq) were refused by PostgreSQL and are in audit.quarantine"
            )
        }
        var lags = Histogram.ofWaiting
        let now = settings.now()
        for at in shipment.times { lags.add(UInt64(max(0, now - at)) &* 1000) }
        publish {
            $0.lags.add(lags)
            $0.watermark = shipment.lastSeq
            $0.oldestWaitingAt = nil
            $0.rows += UInt64(shipment.rowCount)
            $0.bytes += UInt64(shipment.byteCount)
            $0.transactions += 1
            $0.quarantined += UInt64(quarantined)
            $0.clockAheadUs = clockAheadUs
        }
    }

    /// Longest pause between two attempts to connect.
    private static let pauseMsMax = 5_000
    /// Without a word from the recorder the journal is looked at once a second.
    private static let idleMs = 1_000
    /// Read from the journal at once; bounds by how much a transaction has more rows than it should.
    private static let chunkBytes = 1 << 20
    /// The time in which a trickle becomes a batch: each transaction costs the database a sync of its
    /// own disk, which may be the journal's, too.
    private static let gatherUs: UInt32 = 10_000
    /// Rows of a transaction below which the next one waits for more.
    private static let trickleRowsMax = 1_000
}

extension ShipperConnection.Halt: CustomStringConvertible {
    var description: String {
        switch self {
        case .fenceMoved(let found?, let own):
            "the log's fence is \(found), this hub's is \(own): another hub has taken the log"
        case .fenceMoved(nil, _): "the log is not registered in this database any more"
        case .tileMissing(let tile, let expected, let found):
            "tile \(tile) of the log's tree has \(found) bytes instead of \(expected): the database "
                + "was changed by someone else"
        case .recordsMissing(let expected, let found):
            "the database needs seq \(expected) next, the journal continues with \(found)"
        }
    }
}

extension ShipperConnection.WatermarkMoved: CustomStringConvertible {
    var description: String { "the watermark was moved by someone else" }
}
