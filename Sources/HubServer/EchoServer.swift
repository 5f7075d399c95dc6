import Handshake
import NIOCore
import NIOHTTP1
package import NIOPosix
import WebSocketFrames

/// Listens on loopback and sends every message back, without token, judge or record: the opening
/// handshake and the frames of the hub alone, for conformance suites and measurements.
package enum EchoServer {
    /// Serves any path until the listening socket closes.
    ///
    /// - Parameters:
    ///   - port: 0 for any free one.
    ///   - messageBytesMax: payload bytes of one message, and of one frame.
    ///   - ready: called with the port in use.
    package static func run(
        group: MultiThreadedEventLoopGroup,
        port: Int,
        messageBytesMax: Int,
        ready: (Int) -> Void
    ) async throws {
        let settings = HubSettings()
        let clocks = Clocks()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let limit = HeadLimit(
                        bytesMax: settings.headBytesMax,
                        timeout: settings.headTimeout
                    )
                    let decoder = ByteToMessageHandler(
                        HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)
                    )
                    let encoder = HTTPResponseEncoder()
                    let handshake = EchoHandshake(
                        clocks: clocks,
                        messageBytesMax: messageBytesMax,
                        temporary: [limit, decoder, encoder]
                    )
                    try channel.pipeline.syncOperations.addHandlers(
                        [limit, encoder, decoder, handshake] as [any ChannelHandler]
                    )
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        ready(channel.localAddress?.port ?? port)
        try await channel.closeFuture.get()
    }
}

/// The hub's checks of a head (RFC 6455 §4.2.1) on any path, then the echo.
private final class EchoHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let clocks: Clocks
    private let messageBytesMax: Int
    private let temporary: [any RemovableChannelHandler]
    private var opening: OpeningHandshake?

    init(clocks: Clocks, messageBytesMax: Int, temporary: [any RemovableChannelHandler]) {
        self.clocks = clocks
        self.messageBytesMax = messageBytesMax
        self.temporary = temporary
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            let request = RequestHead(head)
            switch OpeningHandshake.check(request, path: request.target) {
            case .success(let opening): self.opening = opening
            case .failure: context.close(promise: nil)
            }
        case .body: break
        case .end:
            if let opening { upgrade(opening, context) }
        }
    }

    private func upgrade(_ opening: OpeningHandshake, _ context: ChannelHandlerContext) {
        let fields = Admission.fields(acceptKey: opening.acceptKey, subprotocol: nil)
        context.write(
            wrapOutboundOut(
                .head(
                    HTTPResponseHead(
                        version: .http1_1,
                        status: .switchingProtocols,
                        headers: HTTPHeaders(fields.map { ($0.name, $0.value) })
                    )
                )
            ),
            promise: nil
        )
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let connection = Connection(
            sink: Echo(),
            clocks: clocks,
            decoder: FrameDecoder(
                role: .server,
                frameBytesMax: messageBytesMax,
                messageBytesMax: messageBytesMax
            )
        )
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(connection)
        } catch {
            context.close(promise: nil)
            return
        }
        for handler in temporary { _ = pipeline.removeHandler(handler) }
        _ = pipeline.removeHandler(self)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is HeadLimit.Exceeded { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
