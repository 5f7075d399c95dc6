import Testing
import WebSocketFrames

/// Frames as a server writes them.
struct FrameEncoderTests {
    @Test(
        "the length of a whole frame is read from its head, whatever follows",
        arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 100_000]
    )
    func lengths(payload: Int) {
        var frames: [UInt8] = []
        let bytes = [UInt8](repeating: 0x7F, count: payload)
        bytes.withUnsafeBytes { FrameEncoder.append($0, opcode: .text, to: &frames) }
        let count = frames.count
        FrameEncoder.appendClose(code: 1000, reason: "", to: &frames)
        #expect(frames.withUnsafeBytes { FrameEncoder.byteCount(ofFrameIn: $0) } == count)
        let rest = frames[count...]
        #expect(rest.withUnsafeBytes { FrameEncoder.byteCount(ofFrameIn: $0) } == 4)
    }
}
