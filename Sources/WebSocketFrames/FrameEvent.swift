package import Outcomes

/// What the decoder found. Payloads live until the decoder is called again, or until the caller's
/// bytes are gone, whichever is first.
package enum FrameEvent {
    /// All bytes are used up; call again with the next ones.
    case needMore
    /// A whole message, its fragments put together; the text is valid UTF-8.
    case text(UnsafeRawBufferPointer)
    case binary(UnsafeRawBufferPointer)
    case ping(UnsafeRawBufferPointer)
    case pong(UnsafeRawBufferPointer)
    /// The peer closes; no code when the frame had no payload.
    case close(code: UInt16?, reason: UnsafeRawBufferPointer)
    /// The bytes break RFC 6455 or a limit; nothing after them can be read.
    case failed(Outcome, StaticString)
}
