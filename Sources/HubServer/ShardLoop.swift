package import AuditLog
import Handshake
package import HubCore
package import NIOCore
package import Outcomes
import PolicyEngine
import Synchronization
import WebSocketFrames

/// Runs one shard on its event loop: carries out what it decides, hands its batches to the
/// recorder at the end of each turn, and brings recorded groups back.
///
/// Everything but `deliver` and `recordFailed` is confined to the event loop.
package final class ShardLoop: ShardOutput, RecordedGroupReceiver, @unchecked Sendable {
    package let eventLoop: any EventLoop
    package private(set) var shard: Shard<ShardLoop>!
    private let published = Mutex(ShardSnapshot())
    private let submit: @Sendable (Batch) -> Bool
    private let past: AskPast
    fileprivate var connections: [Connection?] = []
    fileprivate var dirty: [Connection] = []
    fileprivate var pendingHandshakes: [Int: any PendingHandshake] = [:]
    private var nextTicket = 0
    private var isFlushScheduled = false
    fileprivate var isWriteScheduled = false
    fileprivate var isApplying = false
    let clocks: Clocks
    private let entrance: Entrance
    var refusals: RefusalTally
    var door = DoorCounters()
    var queues: QueueBudget
    /// When those are asked to come back whose connection ends now.
    private(set) var reconnectWindow = ReconnectWindow(connections: 0)
    private var summarisedNs: UInt64 = 0
    private var tickPart = 0
    private var presencePart = 0
    /// Groups on their way from the recorder.
    private let arrivals = Mutex(Arrivals())

    private struct Arrivals {
        var groups: [RecordedGroup] = []
        var isScheduled = false
    }

    /// Asks the record; the answer is told on any thread.
    package typealias AskPast =
        @Sendable (
            PastQuestion, @escaping @Sendable (Result<PastAnswer, PastRefused>) -> Void
        ) -> Void

    package init(
        eventLoop: any EventLoop,
        clocks: Clocks,
        entrance: Entrance,
        queues: QueueBudget,
        submit: @escaping @Sendable (Batch) -> Bool,
        past: @escaping AskPast,
        makeShard: (ShardLoop) -> Shard<ShardLoop>
    ) {
        self.clocks = clocks
        self.entrance = entrance
        refusals = RefusalTally(recordedMax: entrance.settings.refusalsRecordedPerMinute)
        self.queues = queues
        self.eventLoop = eventLoop
        self.submit = submit
        self.past = past
        shard = makeShard(self)
    }

    // MARK: Connections

    func attach(_ connection: Connection) -> Int {
        let slot = shard.reserveSlot()
        while connections.count <= slot { connections.append(nil) }
        connections[slot] = connection
        return slot
    }

    /// Ends the sessions whose token's key no issuer has any more.
    func endSessionsWithoutKey() { shard.endSessions(without: entrance.gates.keys) }

    /// Closes every connection: the hub restarts.
    ///
    /// - Parameter together: how many connections of all event loops end now.
    func closeAll(together: Int) {
        reconnectWindow = ReconnectWindow(connections: together)
        for connection in connections { connection?.close(.restarting) }
    }

    /// The look at the clock, a part of the connections at a time: called so often that each is looked
    /// at twice a second, so that what is over ends within one. All at once would hold up what is sent
    /// meanwhile for milliseconds.
    ///
    /// - Parameter connections: of all event loops, as last counted.
    func tick(pingIntervalNs: UInt64, connections total: Int) {
        let now = clocks.now()
        tickPart = (tickPart + 1) % Self.tickParts
        // Whoever was admitted or renewed while keys changed is found here.
        let keys = entrance.gates.keys
        for slot in stride(from: tickPart, to: connections.count, by: Self.tickParts) {
            guard let connection = connections[slot] else { continue }
            shard.end(slot, unlessIn: keys)
            shard.endOrTell(slot, at: now)
            connection.tick(nowNs: now.monotonicNs, pingIntervalNs: pingIntervalNs)
        }
        guard tickPart == 0 else { return }
        reconnectWindow = ReconnectWindow(connections: total)
        publish()
        if now.monotonicNs > summarisedNs + 60_000_000_000 {
            summarisedNs = now.monotonicNs
            for summary in refusals.summarise() {
                var connection: [UInt8] = []
                connection.json("{\"address\":")
                connection.json(string: summary.address)
                connection.json("}")
                shard.proposeRefusedSummary(count: summary.count, connection: connection, at: now)
            }
        }
    }

    static let tickParts = 10

    /// Tells watchers who has come and gone, a part of the channels at a time: called so often that
    /// each has its turn once a second.
    func tellPresence() {
        presencePart = (presencePart + 1) % Self.presenceParts
        shard.tellPresence(part: presencePart, of: Self.presenceParts)
    }

    /// A tenth of a second is short enough that what is sent at once holds up few messages.
    static let presenceParts = 10

    private func publish() {
        var snapshot = ShardSnapshot()
        snapshot.counters = shard.counters
        snapshot.door = door
        snapshot.sessions = connectionCount
        snapshot.queuedBytes = queues.total
        snapshot.inFlightBytes = shard.bytesInFlight + shard.bytesWaiting
        snapshot.rosterMembers = shard.roster.count
        snapshot.standingMembers = shard.standing.count
        snapshot.accounts = shard.accounts.count
        published.withLock { $0 = snapshot }
    }

    /// What the shard had counted at its last look at the clock; for any thread.
    package var snapshot: ShardSnapshot { published.withLock { $0 } }

    package var connectionCount: Int { connections.lazy.filter { $0 != nil }.count }

    /// Takes a connection from its address's allowance.
    func takesConnection(from address: NetworkAddress) -> Bool {
        let nowNs = clocks.now().monotonicNs
        return shard.accounts.takeConnection(address: address.limitKey, nowNs: nowNs) == 0
    }

    /// Counts a connection for its address until it closes, by the limit of the bundle in force.
    func enter(
        _ address: NetworkAddress,
        _ channel: any Channel,
        _ connections: AddressConnections
    ) -> AddressConnections.Entry {
        let key = address.limitKey
        let entry = connections.enter(key, max: shard.bundle.limits.connectionsPerAddress)
        if entry != .farOver {
            channel.closeFuture.whenComplete { _ in connections.leave(key) }
        }
        return entry
    }

    // MARK: Handshakes that wait for their event

    func await(_ handshake: any PendingHandshake) -> Int {
        nextTicket += 1
        pendingHandshakes[nextTicket] = handshake
        return nextTicket
    }

    package func handshakeRecorded(ticket: Int, decision: Decision?, outcome: Outcome?) {
        guard let handshake = pendingHandshakes.removeValue(forKey: ticket) else { return }
        handshake.recorded(decision: decision, outcome: outcome)
    }

    /// Proposes an activation; `recorded` is told what came of it.
    func activate(_ activation: Activation, _ recorded: @escaping @Sendable (Decision?) -> Void) {
        let ticket = self.await(PendingCommand(told: recorded))
        shard.propose(activation, ticket: ticket, at: clocks.now())
    }

    /// Proposes what a keeper asked for; `recorded` is told what came of it.
    func record(_ keeping: Keeping, _ recorded: @escaping @Sendable (Decision?) -> Void) {
        let ticket = self.await(PendingCommand(told: recorded))
        shard.propose(keeping, ticket: ticket, at: clocks.now())
    }

    // MARK: Output of the shard

    package func send(_ frame: UnsafeRawBufferPointer, to slot: Int) {
        connections[slot]?.append(frame)
    }

    package func arrival(
        bearing token: String,
        to session: Session,
        at now: Instant
    ) -> Result<Arrival, CallRefused> {
        let tokens = entrance.gates.current.tokens
        return tokens.verify(token, at: now.unixTime)
            .mapError { fault in
                if fault.asksForKeys, let issuer = tokens.issuer(namedBy: token) {
                    entrance.gates.ask(forKeysOf: issuer)
                }
                return CallRefused(fault.outcome)
            }
            .map { entrance.arrival($0, connection: [], request: session.request) }
    }

    package func sendText(_ text: [UInt8], to slot: Int) {
        connections[slot]?.append(text: text)
    }

    package func close(_ slot: Int, _ outcome: Outcome) {
        connections[slot]?.close(outcome)
    }

    package func ask(_ question: PastQuestion, for session: UUID16, in slot: Int) {
        past(question) { answer in
            self.eventLoop.execute {
                let now = self.clocks.now()
                self.shard.answered(question, answer, for: session, in: slot, at: now)
            }
        }
    }

    package func setReading(_ reading: Bool, of slot: Int) {
        connections[slot]?.setReading(reading)
    }

    package func laneFilled() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        // Runs after the sockets that are readable now, so that a turn's frames leave together.
        eventLoop.execute {
            self.isFlushScheduled = false
            self.handOver()
        }
    }

    private func handOver() {
        guard let batch = shard.takeBatch() else { return }
        shard.handedOver(batch)
        if !submit(batch) { shard.refuse(batch, at: clocks.now()) }
    }

    /// Writes what this turn has gathered, one write a connection.
    fileprivate func writeOut() {
        for connection in dirty { connection.writeOut() }
        dirty.removeAll(keepingCapacity: true)
    }
}

extension ShardLoop {
    /// Runs on the recorder's thread.
    package func deliver(_ group: RecordedGroup) {
        let mustSchedule = arrivals.withLock { arrivals in
            arrivals.groups.append(group)
            defer { arrivals.isScheduled = true }
            return !arrivals.isScheduled
        }
        if mustSchedule { eventLoop.execute { self.applyArrivals() } }
    }

    /// Runs on the recorder's thread.
    package func recordFailed(_ reason: String) {
        eventLoop.execute { self.fail() }
    }

    /// Nothing will be recorded any more: sessions are closed, and who waits at the door is told.
    fileprivate func fail() {
        shard.fail()
        let waiting = pendingHandshakes
        pendingHandshakes = [:]
        for handshake in waiting.values {
            handshake.recorded(decision: nil, outcome: .recordUnavailable)
        }
    }

    private func applyArrivals() {
        let groups = arrivals.withLock { arrivals in
            defer { arrivals = Arrivals() }
            return arrivals.groups
        }
        isApplying = true
        let now = clocks.now()
        for group in groups { shard.apply(group, at: now) }
        isApplying = false
        writeOut()
    }
}

extension ShardLoop: ConnectionSink {
    func text(_ payload: UnsafeRawBufferPointer, from connection: Connection, at now: Instant) {
        shard.receive(payload, from: connection.slot, at: now)
    }

    func binary(_ payload: UnsafeRawBufferPointer, from connection: Connection, at now: Instant) {
        guard shard.bundle.allowsBinary else {
            shard.unusable(payload, .unsupportedData, from: connection.slot, at: now)
            return
        }
        var validator = UTF8Validator()
        guard validator.take(payload), validator.isComplete else {
            shard.unusable(payload, .invalidText, from: connection.slot, at: now)
            return
        }
        shard.receive(payload, from: connection.slot, at: now)
    }

    func failed(_ outcome: Outcome, on connection: Connection, at now: Instant) {
        shard.unusable(
            UnsafeRawBufferPointer(start: nil, count: 0),
            outcome,
            from: connection.slot,
            at: now
        )
    }

    func ended(_ connection: Connection, _ outcome: Outcome, at now: Instant) {
        guard connection.slot >= 0 else { return }
        shard.disconnected(connection.slot, outcome: outcome, at: now)
        door.end(outcome)
        connections[connection.slot] = nil
        connection.slot = -1
    }

    func touched(_ connection: Connection) {
        dirty.append(connection)
        guard !isApplying, !isWriteScheduled else { return }
        isWriteScheduled = true
        eventLoop.execute {
            self.isWriteScheduled = false
            self.writeOut()
        }
    }
}

/// Policies, or what a keeper asked for, on their way into the record.
private final class PendingCommand: PendingHandshake {
    private let told: @Sendable (Decision?) -> Void

    init(told: @escaping @Sendable (Decision?) -> Void) { self.told = told }

    func recorded(decision: Decision?, outcome: Outcome?) { told(decision) }
}
