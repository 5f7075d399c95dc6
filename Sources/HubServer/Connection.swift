import AuditLog
import HubCore
import NIOCore
import Outcomes
import WebSocketFrames

/// What a connection's frames are for: the shard's sessions, or an echo.
protocol ConnectionSink: AnyObject {
    /// One whole text message, valid UTF-8; the bytes live during the call.
    func text(_ payload: UnsafeRawBufferPointer, from connection: Connection, at now: Instant)
    func binary(_ payload: UnsafeRawBufferPointer, from connection: Connection, at now: Instant)
    /// Bytes that no frame can be read from: answer with `Connection.close`.
    func failed(_ outcome: Outcome, on connection: Connection, at now: Instant)
    /// The connection has gone; `outcome` says how.
    func ended(_ connection: Connection, _ outcome: Outcome, at now: Instant)
    /// The connection has something to write at the end of this turn of the event loop.
    func touched(_ connection: Connection)
    /// What waits for slow readers on this event loop.
    var queues: QueueBudget { get set }
    /// When those are asked to come back whose connection ends now.
    var reconnectWindow: ReconnectWindow { get }
}

/// An upgraded connection: frames in to its sink, gathered writes out.
final class Connection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let sink: any ConnectionSink
    private let clocks: Clocks
    /// Its slot in the shard; -1 when it has no session.
    var slot = -1
    private var decoder: FrameDecoder
    private var context: ChannelHandlerContext?
    private var outgoing = ByteBuffer()
    private var header: [UInt8] = []
    private var isDirty = false
    /// Bytes of memory that `outgoing` and what was written ahead hold for a slow reader, as
    /// `sink.queues` has counted them.
    private var queuedBytes = 0
    /// Bytes given to the socket since it was last asked how many it still has.
    private var unaskedBytes = 0
    /// The largest piece that was given to the socket since it had none left.
    private var pieceBytesMax = 0
    private var isWriting = false
    /// How much of `outgoing` belongs to a frame whose beginning was written already.
    private var tornBytes = 0
    private var isReading = true
    /// The close code sent, once it is; nothing is sent after it.
    private var closing: Outcome?
    private var closingSinceNs: UInt64 = 0
    private(set) var lastReadNs: UInt64
    private var pingSentNs: UInt64?
    /// Whether a message was sent since the last look at the clock, and when one last was by then.
    private var isTold = false
    private var toldNs: UInt64

    init(sink: any ConnectionSink, clocks: Clocks, decoder: FrameDecoder) {
        self.sink = sink
        self.clocks = clocks
        self.decoder = decoder
        lastReadNs = clocks.now().monotonicNs
        toldNs = lastReadNs
    }

    // MARK: In

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard closing == nil else { return }
        let now = clocks.now()
        lastReadNs = now.monotonicNs
        pingSentNs = nil
        buffer.withUnsafeMutableReadableBytes { bytes in
            var consumed = 0
            while closing == nil {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[consumed...])
                var used = 0
                let event = decoder.next(rest, consumed: &used)
                consumed += used
                guard handle(event, now: now) else { break }
            }
        }
    }

    /// - Returns: whether more may follow in the bytes at hand.
    private func handle(_ event: FrameEvent, now: Instant) -> Bool {
        switch event {
        case .needMore: return false
        case .text(let payload):
            sink.text(payload, from: self, at: now)
        case .binary(let payload):
            sink.binary(payload, from: self, at: now)
        case .ping(let payload):
            append(payload, opcode: .pong)
        case .pong: break
        case .close(let code, _):
            peerClosed(code)
            return false
        case .failed(let outcome, _):
            sink.failed(outcome, on: self, at: now)
            return false
        }
        return true
    }

    func channelInactive(context: ChannelHandlerContext) {
        queuedBytes = sink.queues.hold(0, instead: queuedBytes)
        sink.ended(self, closing ?? .goingAway, at: clocks.now())
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { writeOut() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Out

    /// Appends whole frames to the next write.
    func append(_ frames: UnsafeRawBufferPointer) {
        guard closing == nil else { return }
        isTold = true
        outgoing.writeBytes(frames)
        markDirty()
    }

    /// Appends one text frame.
    func append(text: [UInt8]) {
        isTold = true
        text.withUnsafeBytes { append($0, opcode: .text) }
    }

    /// Appends one frame.
    func append(_ payload: UnsafeRawBufferPointer, opcode: Opcode) {
        guard closing == nil else { return }
        FrameEncoder.appendHeader(opcode: opcode, payloadCount: payload.count, to: &header)
        outgoing.writeBytes(header)
        header.removeAll(keepingCapacity: true)
        outgoing.writeBytes(payload)
        markDirty()
    }

    private func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        sink.touched(self)
    }

    /// Writes what was gathered, as much as the socket takes. For a client that does not read the
    /// rest waits here, unencrypted, until that is too much; then it is let go, and the client told
    /// instead.
    func writeOut() {
        isDirty = false
        // The socket may say that it takes more while it is being given some.
        guard let context, closing == nil, !isWriting else { return }
        isWriting = true
        while outgoing.readableBytes > 0, closing == nil, context.channel.isWritable {
            write(nextPiece(), context)
        }
        isWriting = false
        if !context.channel.isWritable || queuedBytes > 0 || unaskedBytes >= Self.askAfterBytes {
            countQueue(context)
        }
    }

    /// What is given to the socket at once: all, unless that is much.
    private func nextPiece() -> ByteBuffer {
        guard outgoing.readableBytes > Self.pieceBytes else {
            let piece = outgoing
            outgoing = ByteBuffer()
            tornBytes = 0
            return piece
        }
        tornBytes = outgoing.withUnsafeReadableBytes { bytes in
            var end = tornBytes
            while end < Self.pieceBytes {
                end += FrameEncoder.byteCount(
                    ofFrameIn: UnsafeRawBufferPointer(rebasing: bytes[end...])
                )
            }
            return end - Self.pieceBytes
        }
        guard let piece = outgoing.readSlice(length: Self.pieceBytes) else {
            preconditionFailure("there is more than a piece")
        }
        return piece
    }

    /// Forgets what waits, but for the rest of a frame that the client has the beginning of.
    private func dropQueue() {
        outgoing = ByteBuffer(bytes: outgoing.readableBytesView.prefix(tornBytes))
        tornBytes = 0
    }

    private func write(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        unaskedBytes += piece.readableBytes
        pieceBytesMax = max(pieceBytesMax, piece.readableBytes)
        context.writeAndFlush(wrapOutboundOut(piece), promise: nil)
    }

    /// Counts the memory that waits for this reader, and lets it go when that is too much.
    private func countQueue(_ context: ChannelHandlerContext) {
        guard closing == nil else { return }
        let waiting = outgoing.readableBytes > 0 ? outgoing.storageCapacity : 0
        let bytes = waiting + bytesAhead(context)
        guard bytes != queuedBytes else { return }
        if sink.queues.change(from: queuedBytes, to: bytes) {
            queuedBytes = bytes
        } else {
            dropQueue()
            close(.slowConsumer)
        }
    }

    /// The memory of what the socket has not taken yet: buffers up to twice as large as what is in
    /// them, and the one that is partly written whole.
    private func bytesAhead(_ context: ChannelHandlerContext) -> Int {
        unaskedBytes = 0
        let options = context.channel.syncOptions
        let pending = (try? options?.getOption(.bufferedWritableBytes)) ?? 0
        if pending == 0 {
            pieceBytesMax = 0
            return 0
        }
        return 2 * pending + pieceBytesMax
    }

    /// Writes after the frames at hand, for a sink without a turn of its own.
    func writeAtTurnsEnd() {
        context?.eventLoop.assumeIsolated().execute { self.writeOut() }
    }

    /// Says goodbye, sends the close frame and closes when both are written.
    func close(_ outcome: Outcome) {
        guard closing == nil, let context else { return }
        guard let code = outcome.closeCode else {
            preconditionFailure("\(outcome) closes no connection")
        }
        // A client that broke the protocol is told by the close frame alone.
        if !(1002...1009).contains(code) {
            let reconnectAfterMs = Int64.random(in: sink.reconnectWindow.range)
            append(text: Goodbye.text(outcome, code: code, reconnectAfterMs: reconnectAfterMs))
        }
        var frame: [UInt8] = []
        FrameEncoder.appendClose(code: code, reason: outcome.rawValue, to: &frame)
        outgoing.writeBytes(frame)
        closing = outcome
        finish(context)
    }

    private func peerClosed(_ code: UInt16?) {
        guard closing == nil, let context else { return }
        var frame: [UInt8] = []
        FrameEncoder.appendClose(code: code, reason: "", to: &frame)
        outgoing.writeBytes(frame)
        closing = .normal
        finish(context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        isDirty = false
        let frames = outgoing
        outgoing = ByteBuffer()
        closingSinceNs = clocks.now().monotonicNs
        context.writeAndFlush(wrapOutboundOut(frames)).assumeIsolated().whenComplete { _ in
            context.close(mode: .all, promise: nil)
        }
        // What it leaves unread stays in memory until it has gone.
        queuedBytes = sink.queues.hold(bytesAhead(context), instead: queuedBytes)
    }

    // MARK: Time and flow

    func setReading(_ reading: Bool) {
        guard reading != isReading, let context else { return }
        isReading = reading
        context.channel.setOption(.autoRead, value: reading).whenComplete { _ in }
        if reading { context.read() }
    }

    /// One look at the clock, twice a second: pings a silent client, closes a dead one, shows one
    /// that is told nothing that the hub is there, and cuts one that doesn't read its last.
    func tick(nowNs: UInt64, pingIntervalNs: UInt64) {
        guard closing == nil else {
            if nowNs > closingSinceNs + Self.closeTimeMaxNs { context?.close(promise: nil) }
            return
        }
        if unaskedBytes > 0 || queuedBytes > 0, let context { countQueue(context) }
        if let pingSentNs, nowNs > pingSentNs + pingIntervalNs {
            close(.noPong)
        } else if pingSentNs == nil, nowNs > lastReadNs + pingIntervalNs {
            pingSentNs = nowNs
            append(UnsafeRawBufferPointer(start: nil, count: 0), opcode: .ping)
        }
        if isTold {
            (isTold, toldNs) = (false, nowNs)
        } else if nowNs > toldNs + pingIntervalNs {
            // Browsers show no ping to a page, which so would never miss the hub while it only listens.
            append(text: Self.heartbeat)
        }
    }

    private static let heartbeat = [UInt8](#"{"type":"heartbeat"}"#.utf8)
    /// Time to take what is left and the close frame: a slow phone's, some times over.
    private static let closeTimeMaxNs: UInt64 = 5_000_000_000
    /// Bytes that the socket has not taken at which what follows waits here. The system's buffer is
    /// there for throughput; here each byte is held once more, encrypted.
    static let writtenAhead = ChannelOptions.Types.WriteBufferWaterMark(
        low: 8 << 10,
        high: 16 << 10
    )
    /// Given to the socket at once: two records of TLS, which together fit 32 KiB.
    private static let pieceBytes = 31 << 10
    /// Bytes written after which the socket is asked whether any of them wait: the most per reader
    /// that goes uncounted, for a second at most.
    private static let askAfterBytes = 4 << 10
    /// The socket's own buffer, which would grow to megabytes for each slow reader: 2 MB/s at a
    /// round trip of 100 ms, far more than people read.
    static let socketBufferBytes = 200 << 10
}
