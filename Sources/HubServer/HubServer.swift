package import AuditLog
import Handshake
package import HubCore
package import Logging
import NIOCore
import NIOHTTP1
package import NIOPosix
import NIOSSL
import Outcomes
import PolicyEngine
import Synchronization

/// The listening socket and its shards: accepts, secures, upgrades and carries frames.
package final class HubServer: Sendable {
    package let loops: [ShardLoop]
    private let entrance: Entrance
    private let tls: TLSContext?
    private let logger: Logger
    private let listener = Mutex<(any Channel)?>(nil)
    private let ticks = Mutex<[RepeatedTask]>([])

    /// - Parameters:
    ///   - loops: one for each event loop of the group that accepts.
    ///   - tls: certificate and key; nil for plain `ws://`, which the configuration allows only on
    ///     loopback or behind declared proxies.
    package init(
        loops: [ShardLoop],
        entrance: Entrance,
        tls: TLSContext?,
        logger: Logger
    ) {
        self.loops = loops
        self.entrance = entrance
        self.tls = tls
        self.logger = logger
    }

    /// Binds and accepts.
    ///
    /// - Returns: the port in use.
    package func start(group: MultiThreadedEventLoopGroup, host: String, port: Int) async throws
        -> Int
    {
        Self.instantiateTypes()
        let byLoop = Dictionary(
            uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) }
        )
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(.writeBufferWaterMark, value: Connection.writtenAhead)
            .childChannelOption(.socketOption(.so_sndbuf), value: Connection.socketBufferBytes)
            .childChannelInitializer { [entrance, tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = byLoop[ObjectIdentifier(channel.eventLoop)] else {
                        preconditionFailure("every event loop of the group has a shard")
                    }
                    try Self.assemble(
                        channel,
                        loop: loop,
                        entrance: entrance,
                        tls: tls
                    )
                }
            }
        let channel = try await bootstrap.bind(host: host, port: port).get()
        listener.withLock { $0 = channel }
        startTicking()
        return channel.localAddress?.port ?? port
    }

    /// Has the decoder's generic type made by one thread, before connections come on several.
    ///
    /// The Swift 6.3 runtime can crash when two threads are the first to make it at one moment:
    /// it looks up the conformance of a class whose metadata the other one has not finished.
    private static func instantiateTypes() {
        _ = ByteToMessageHandler(HTTPRequestDecoder())
    }

    private static func assemble(
        _ channel: any Channel,
        loop: ShardLoop,
        entrance: Entrance,
        tls: TLSContext?
    ) throws {
        var isOverLimit = false
        // A proxy's connections are counted by the client that each one's head names.
        if let peer = Entrance.peer(of: channel), !entrance.proxies.contains(peer) {
            let isWelcome = loop.takesConnection(from: peer)
            switch isWelcome ? loop.enter(peer, channel, entrance.connections) : .farOver {
            case .within: break
            case .over: isOverLimit = true
            case .farOver:
                loop.refusals.count(peer.limitKey)
                loop.door.refuse(.tooManyConnections)
                throw ChannelError.ioOnClosedChannel
            }
        }
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            try pipeline.addHandler(
                NIOSSLServerHandler(context: tls.current, configuration: Self.buffering)
            )
        }
        let settings = entrance.settings
        let limit = HeadLimit(bytesMax: settings.headBytesMax, timeout: settings.headTimeout)
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)
        )
        let encoder = HTTPResponseEncoder()
        let handshake = HandshakeHandler(
            loop: loop,
            entrance: entrance,
            isOverLimit: isOverLimit,
            isTLS: tls != nil,
            temporary: [limit, decoder, encoder]
        )
        try pipeline.addHandlers([limit, encoder, decoder, handshake] as [any ChannelHandler])
    }

    /// Encrypted bytes lie in buffers of their own size. One that is kept from write to write would
    /// cost an idle connection its 16 KiB, and each small write that a slow reader leaves waiting
    /// holds a whole one.
    private static let buffering = {
        var configuration = NIOSSLHandler.Configuration()
        configuration.maximumPreservedOutboundBufferCapacity = 0
        return configuration
    }()

    private func startTicking() {
        for loop in loops {
            let pingIntervalNs = UInt64(entrance.settings.pingSeconds) * 1_000_000_000
            let task = loop.eventLoop.scheduleRepeatedTask(
                initialDelay: .milliseconds(500),
                delay: .milliseconds(500 / Int64(ShardLoop.tickParts))
            ) { [loops] _ in
                let connections = loops.reduce(0) { $0 + $1.snapshot.sessions }
                loop.tick(pingIntervalNs: pingIntervalNs, connections: connections)
            }
            let presenceInterval = TimeAmount.milliseconds(1000 / Int64(ShardLoop.presenceParts))
            let presence = loop.eventLoop.scheduleRepeatedTask(
                initialDelay: presenceInterval,
                delay: presenceInterval
            ) { _ in loop.tellPresence() }
            ticks.withLock { $0 += [task, presence] }
        }
    }

    /// Stops accepting, tells every session to come back later, and waits until they have gone.
    package func stop(deadline: Duration) async {
        for task in ticks.withLock({ $0 }) { task.cancel() }
        if let channel = listener.withLock({ $0 }) { try? await channel.close() }
        let together = await connectionCount()
        for loop in loops {
            try? await loop.eventLoop.submit { loop.closeAll(together: together) }.get()
        }
        let until = ContinuousClock.now + deadline
        while ContinuousClock.now < until {
            if await connectionCount() == 0 { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
        logger.warning("Some connections did not close in time and were cut.")
    }

    private func connectionCount() async -> Int {
        var open = 0
        for loop in loops {
            open += (try? await loop.eventLoop.submit { loop.connectionCount }.get()) ?? 0
        }
        return open
    }

    /// Puts policies in force through the record; judged by them from the event's `seq` on.
    ///
    /// - Parameter recorded: called on an event loop: with its decision, or with nil when it could not
    ///   be recorded, and so is not in force.
    package func activate(
        _ activation: Activation,
        recorded: @escaping @Sendable (Decision?) -> Void
    ) {
        guard let loop = loops.first else { return }
        loop.eventLoop.execute { loop.activate(activation, recorded) }
    }

    /// Puts an erasure, a preservation, its release or a run of retention into the record.
    ///
    /// - Parameter recorded: as `activate`'s.
    package func record(
        _ keeping: Keeping,
        recorded: @escaping @Sendable (Decision?) -> Void
    ) {
        guard let loop = loops.first else { return }
        loop.eventLoop.execute { loop.record(keeping, recorded) }
    }

    /// Records the start or the orderly end of this run.
    package func recordRun(_ kind: EventKind) async {
        guard let loop = loops.first else { return }
        try? await loop.eventLoop.submit { loop.shard.proposeRun(kind, at: Clocks().now()) }.get()
        // The lane is handed over at the end of that turn: one more turn, and it has been.
        try? await loop.eventLoop.submit {}.get()
    }

    /// What each shard had counted at its last look at the clock.
    package func snapshots() -> [ShardSnapshot] { loops.map(\.snapshot) }
}
