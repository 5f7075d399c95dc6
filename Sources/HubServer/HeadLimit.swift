import HubCore
import NIOCore
import NIOHTTP1
import Outcomes

/// Bounds the request's head in bytes and time, before and besides the HTTP decoder's own limits.
///
/// It counts everything that arrives until the handshake is decided, so a client that sends a body
/// or drips its head is cut as well.
final class HeadLimit: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Sent to the handshake handler when a limit is reached.
    enum Exceeded {
        case bytes, time
    }

    private let bytesMax: Int
    private let timeout: TimeAmount
    private var received = 0
    private var timer: Scheduled<Void>?

    init(bytesMax: Int, timeout: TimeAmount) {
        self.bytesMax = bytesMax
        self.timeout = timeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            context.fireUserInboundEventTriggered(Exceeded.time)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        if received > bytesMax {
            context.fireUserInboundEventTriggered(Exceeded.bytes)
        } else {
            context.fireChannelRead(data)
        }
    }
}
