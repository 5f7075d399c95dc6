import Outcomes

/// Reads WebSocket frames (RFC 6455, section 5) out of bytes as they arrive; no I/O.
///
/// A message that lies whole in the bytes at hand is unmasked in place and delivered without being
/// copied; only what comes in pieces is put together. Every limit and rule is checked as soon as
/// the bytes say enough.
package struct FrameDecoder {
    private enum Position {
        /// Between frames, or in a head of which `head` has the first bytes.
        case head
        /// In a payload of which `remaining` bytes are due.
        case payload
        case failed
    }

    private let role: FrameRole
    private let frameBytesMax: Int
    private let messageBytesMax: Int

    private var position = Position.head
    private var head: [UInt8] = []
    private var frame = FrameHeader(isFinal: true, opcode: .text, count: 0, mask: nil, size: 0)
    private var remaining = 0
    /// The type of the message under way; nil between messages.
    private var message: Opcode?
    private var validator = UTF8Validator()
    private let assembly = AssemblyBuffer()
    private let control = AssemblyBuffer()
    private var isAssemblyDelivered = false
    private var isControlDelivered = false

    /// - Parameters:
    ///   - frameBytesMax: payload bytes of one frame.
    ///   - messageBytesMax: payload bytes of a message's frames together.
    package init(role: FrameRole, frameBytesMax: Int, messageBytesMax: Int) {
        self.role = role
        self.frameBytesMax = frameBytesMax
        self.messageBytesMax = messageBytesMax
        head.reserveCapacity(FrameHeader.sizeMax)
    }

    /// Whether a message has begun and not ended, so that the connection may not fall silent.
    package var isInMessage: Bool { message != nil || position == .payload || !head.isEmpty }

    /// Looks for the next event in `bytes`, which are changed where they are unmasked.
    ///
    /// - Parameter consumed: how many of the bytes are used up on return; call again with the rest
    ///   until `needMore`.
    package mutating func next(
        _ bytes: UnsafeMutableRawBufferPointer,
        consumed: inout Int
    ) -> FrameEvent {
        consumed = 0
        if isAssemblyDelivered { assembly.clear() }
        if isControlDelivered { control.clear() }
        isAssemblyDelivered = false
        isControlDelivered = false
        while true {
            if position == .failed {
                consumed = bytes.count
                return .needMore
            }
            if position == .head {
                switch readHead(bytes, &consumed) {
                case .some(let event): return event
                case .none: break
                }
            }
            let available = min(remaining, bytes.count - consumed)
            let chunk = UnsafeMutableRawBufferPointer(
                rebasing: bytes[consumed..<consumed + available]
            )
            if let mask = frame.mask {
                Mask.apply(mask, phase: frame.count - remaining, to: chunk)
            }
            consumed += available
            remaining -= available
            let payload = UnsafeRawBufferPointer(chunk)
            if let event = frame.opcode.isControl ? takeControl(payload) : takeData(payload) {
                return event
            }
            if remaining > 0 { return .needMore }
        }
    }

    /// - Returns: nil when a head was read and its payload is next.
    private mutating func readHead(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ consumed: inout Int
    ) -> FrameEvent? {
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
            let reading =
                head.isEmpty
                ? FrameHeader.read(rest) : head.withUnsafeBytes { FrameHeader.read($0) }
            switch reading {
            case .needs(let count):
                // Only as much as the head needs: what follows it is payload.
                let missing = min(count - head.count, rest.count)
                guard missing > 0 else { return .needMore }
                head.append(contentsOf: rest[..<missing])
                consumed += missing
                if head.count < count { return .needMore }
            case .failed(let sentence): return fail(.protocolError, sentence)
            case .header(let header):
                if head.isEmpty { consumed += header.size }
                head.removeAll(keepingCapacity: true)
                return begin(header)
            }
        }
    }

    private mutating func begin(_ header: FrameHeader) -> FrameEvent? {
        guard (header.mask != nil) == (role == .server) else {
            return fail(
                .protocolError,
                role == .server ? "A client's frame is not masked." : "A server's frame is masked."
            )
        }
        if !header.opcode.isControl {
            if header.opcode == .continuation {
                guard message != nil else {
                    return fail(.protocolError, "There is no message to continue.")
                }
            } else {
                guard message == nil else {
                    return fail(.protocolError, "A message begins inside another.")
                }
                message = header.opcode
                validator = UTF8Validator()
            }
            guard header.count <= frameBytesMax,
                header.count <= messageBytesMax - assembly.count
            else { return fail(.tooBig, "The message is larger than the limit.") }
        }
        frame = header
        remaining = header.count
        position = .payload
        return nil
    }

    private mutating func takeControl(_ payload: UnsafeRawBufferPointer) -> FrameEvent? {
        let isWhole = payload.count == frame.count
        if !isWhole { control.append(payload) }
        guard remaining == 0 else { return nil }
        position = .head
        let whole = isWhole ? payload : control.bytes
        if !isWhole { isControlDelivered = true }
        switch frame.opcode {
        case .ping: return .ping(whole)
        case .pong: return .pong(whole)
        default: return close(whole)
        }
    }

    private mutating func takeData(_ payload: UnsafeRawBufferPointer) -> FrameEvent? {
        if message == .text, !validator.take(payload) {
            return fail(.invalidText, "A text message is not UTF-8.")
        }
        guard remaining == 0 else {
            assembly.append(payload)
            return nil
        }
        position = .head
        guard frame.isFinal else {
            assembly.append(payload)
            return nil
        }
        if message == .text, !validator.isComplete {
            return fail(.invalidText, "A text message ends inside a character.")
        }
        var whole = payload
        if assembly.count > 0 {
            assembly.append(payload)
            whole = assembly.bytes
            isAssemblyDelivered = true
        }
        defer { message = nil }
        return message == .text ? .text(whole) : .binary(whole)
    }

    /// Section 5.5.1 and 7.4.
    private mutating func close(_ payload: UnsafeRawBufferPointer) -> FrameEvent {
        position = .failed
        guard !payload.isEmpty else { return .close(code: nil, reason: payload) }
        guard payload.count >= 2 else {
            return fail(.protocolError, "A close frame has half a code.")
        }
        let code = UInt16(bigEndian: payload.loadUnaligned(as: UInt16.self))
        guard CloseCode.mayBeSent(code) else {
            return fail(.protocolError, "A close frame has a code that may not be sent.")
        }
        let reason = UnsafeRawBufferPointer(rebasing: payload[2...])
        var validator = UTF8Validator()
        guard validator.take(reason), validator.isComplete else {
            return fail(.invalidText, "A close frame's reason is not UTF-8.")
        }
        return .close(code: code, reason: reason)
    }

    private mutating func fail(_ outcome: Outcome, _ sentence: StaticString) -> FrameEvent {
        position = .failed
        return .failed(outcome, sentence)
    }
}

/// Close codes (RFC 6455, section 7.4; the IANA registry).
package enum CloseCode {
    /// Whether an endpoint may put the code into a close frame.
    package static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
