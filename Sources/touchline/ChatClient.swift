import Foundation
import HubCore
import NIOCore
import NIOPosix
import NIOSSL

/// Connects, and runs a session until it is over.
enum ChatClient {
    /// Standard input is read once the channel is joined.
    static func run(_ target: ChatTarget, _ options: ChatSession.Options) async throws {
        let tls = try target.isSecure ? context(trust: target.trust) : nil
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let done = loop.makePromise(of: Void.self)
        let channel: any Channel
        do {
            channel = try await connect(target, tls, options, done, loop)
        } catch {
            done.fail(error)
            throw CommandFault(
                "no hub at \(target.authority): \(ChatFailure.sentence(error))"
                    + " Start one with `touchline dev`, or name its address with --url."
            )
        }
        let result: Result<Void, any Error>
        do { result = .success(try await done.futureResult.get()) } catch {
            result = .failure(error)
        }
        // Says goodbye first, when there still is somebody to say it to.
        try? await channel.eventLoop.submit {
            try? channel.pipeline.syncOperations.handler(type: ChatConnection.self).close()
        }.get()
        try? await channel.closeFuture.get()
        try result.get()
    }

    private static func connect(
        _ target: ChatTarget,
        _ tls: NIOSSLContext?,
        _ options: ChatSession.Options,
        _ done: EventLoopPromise<Void>,
        _ loop: any EventLoop
    ) async throws -> any Channel {
        try await ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        let name = isName(target.host) ? target.host : nil
                        try pipeline.addHandler(
                            try NIOSSLClientHandler(context: tls, serverHostname: name)
                        )
                    }
                    // The session is made here, on the loop that it lives on.
                    let box = SessionBox(loop)
                    let session = ChatSession(options, done: done) { read(into: box, loop) }
                    box.session = session
                    try pipeline.addHandler(
                        ChatConnection(target: target) { session.receive($0, $1) }
                    )
                }
            }
            .connect(host: target.host, port: target.port)
            .get()
    }

    /// Hands the lines of standard input to the session, from a thread that may wait for them. One
    /// line is handed over at a time: a long file is read as fast as it is sent.
    private static func read(
        into box: SessionBox,
        _ loop: any EventLoop
    ) {
        Thread.detachNewThread {
            while let line = readLine() {
                guard (try? loop.submit { box.session?.typed(line) }.wait()) != nil else { return }
            }
            loop.execute { box.session?.inputEnded(on: loop) }
        }
    }

    private static func context(trust: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let trust {
            guard access(trust, R_OK) == 0 else {
                throw CommandFault("the certificate \(trust) cannot be read.")
            }
            configuration.trustRoots = .file(trust)
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw CommandFault(
                "\(trust ?? "the system's trust store") holds no certificate in PEM."
            )
        }
    }

    /// Whether a host is a name, not an address; only names go into TLS's server name (RFC 6066 §3).
    private static func isName(_ host: String) -> Bool { AddressRange(parsing: host) == nil }

    /// Carries the session to the thread that reads, and back: it is touched on its loop only.
    private final class SessionBox: @unchecked Sendable {
        private let loop: any EventLoop
        private var stored: ChatSession?

        init(_ loop: any EventLoop) { self.loop = loop }

        var session: ChatSession? {
            get {
                loop.preconditionInEventLoop()
                return stored
            }
            set {
                loop.preconditionInEventLoop()
                stored = newValue
            }
        }
    }
}
