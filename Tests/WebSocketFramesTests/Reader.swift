import Outcomes
import WebSocketFrames

/// An event with its bytes copied, to be compared.
enum Seen: Equatable {
    case text([UInt8])
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(UInt16?, [UInt8])
    case failed(String)
}

/// Feeds bytes to a decoder in pieces and notes what it finds.
func read(
    _ bytes: [UInt8],
    pieces: [Int]? = nil,
    role: FrameRole = .server,
    frameBytesMax: Int = 1 << 16,
    messageBytesMax: Int = 1 << 16
) -> [Seen] {
    var decoder = FrameDecoder(
        role: role,
        frameBytesMax: frameBytesMax,
        messageBytesMax: messageBytesMax
    )
    var seen: [Seen] = []
    var start = 0
    for size in pieces ?? [bytes.count] {
        var piece = Array(bytes[start..<min(bytes.count, start + size)])
        start += piece.count
        piece.withUnsafeMutableBytes { piece in
            var used = 0
            while true {
                var consumed = 0
                let event = decoder.next(
                    UnsafeMutableRawBufferPointer(rebasing: piece[used...]),
                    consumed: &consumed
                )
                used += consumed
                switch event {
                case .needMore: return
                case .text(let payload): seen.append(.text(Array(payload)))
                case .binary(let payload): seen.append(.binary(Array(payload)))
                case .ping(let payload): seen.append(.ping(Array(payload)))
                case .pong(let payload): seen.append(.pong(Array(payload)))
                case .close(let code, let reason): seen.append(.close(code, Array(reason)))
                case .failed(let outcome, _): seen.append(.failed(outcome.rawValue))
                }
            }
        }
    }
    return seen
}

/// A client's frame, with every bit in the writer's hand.
func frame(
    _ first: UInt8,
    _ payload: [UInt8],
    mask: UInt32? = 0x37FA_213D
) -> [UInt8] {
    var bytes: [UInt8] = []
    payload.withUnsafeBytes {
        FrameEncoder.append($0, opcode: .text, mask: mask, to: &bytes)
    }
    bytes[0] = first
    return bytes
}

/// A seeded generator (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
