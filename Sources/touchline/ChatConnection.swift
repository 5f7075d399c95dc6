import Foundation
import NIOCore
import WebSocketFrames

/// The client's end of a WebSocket: shakes hands, then carries text messages both ways.
///
/// Lives on its channel's event loop. What it reads is handed over at once: a terminal that can't
/// keep up slows the connection down, instead of filling memory.
final class ChatConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Event {
        case text(String)
        /// The connection is over; why, in words for a person.
        case ended(String)
    }

    private enum Phase {
        case shaking(ChatHandshake)
        case open
        case ended
    }

    private let target: ChatTarget
    private let key: String
    private let receive: (ChatConnection, Event) -> Void
    private var phase: Phase
    private var decoder = FrameDecoder(
        role: .client,
        frameBytesMax: ChatConnection.messageBytesMax,
        messageBytesMax: ChatConnection.messageBytesMax
    )
    private var context: ChannelHandlerContext?

    init(target: ChatTarget, receive: @escaping (ChatConnection, Event) -> Void) {
        self.target = target
        self.receive = receive
        key = Data((0..<16).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        phase = .shaking(ChatHandshake(key: key))
    }

    /// Sends a text message.
    func send(_ text: String) {
        guard case .open = phase else { return }
        write(.text, Array(text.utf8))
    }

    /// Says goodbye and ends; nothing is received any more.
    func close() {
        if case .open = phase { write(.close, [0x03, 0xE8]) }
        phase = .ended
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        let head = context.channel.allocator.buffer(string: target.request(key: key))
        context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        switch phase {
        case .shaking(var handshake):
            switch handshake.take(buffer.readableBytesView) {
            case .needMore: phase = .shaking(handshake)
            case .refused(let why): end(why)
            case .open(let rest):
                phase = .open
                read(rest)
            }
        case .open: read(Array(buffer.readableBytesView))
        case .ended: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end("the connection to \(target.authority) was cut.")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end("the connection to \(target.authority) failed: \(ChatFailure.sentence(error))")
    }

    private func read(_ received: [UInt8]) {
        var bytes = received
        bytes.withUnsafeMutableBytes { whole in
            var rest = whole
            while case .open = phase {
                var consumed = 0
                let event = decoder.next(rest, consumed: &consumed)
                rest = UnsafeMutableRawBufferPointer(rebasing: rest[consumed...])
                if case .needMore = event { return }
                handle(event)
            }
        }
    }

    private func handle(_ event: FrameEvent) {
        switch event {
        case .needMore, .pong: break
        case .text(let text): receive(self, .text(String(decoding: text, as: UTF8.self)))
        case .binary: end("the hub sent binary data, which this client does not read.")
        case .ping(let payload): write(.pong, Array(payload))
        case .close(let code, let reason):
            let words = SafeText.line(String(decoding: reason, as: UTF8.self))
            let number = code.map { " with \($0)" } ?? ""
            end("the hub closed the connection\(number)\(words.isEmpty ? "." : ": \(words)")")
        case .failed(_, let why): end("the hub broke the WebSocket protocol: \(why).")
        }
    }

    private func end(_ why: String) {
        if case .ended = phase { return }
        close()
        receive(self, .ended(why))
    }

    private func write(_ opcode: Opcode, _ payload: [UInt8]) {
        guard let context else { return }
        var bytes: [UInt8] = []
        let mask = UInt32.random(in: 0 ... .max)
        payload.withUnsafeBytes { FrameEncoder.append($0, opcode: opcode, mask: mask, to: &bytes) }
        context.writeAndFlush(
            wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)),
            promise: nil
        )
    }

    /// Above what any bundle lets through.
    private static let messageBytesMax = 16 << 20
}
