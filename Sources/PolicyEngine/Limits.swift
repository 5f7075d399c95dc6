/// What the hub allows before any rule is asked. Every limit has a default and a range.
package struct Limits: Hashable, Sendable {
    /// Bytes of one frame's payload.
    package var frameBytesMax = 64 << 10
    /// Bytes of one message, all fragments together.
    package var messageBytesMax = 64 << 10
    /// Levels of arrays and objects in a message.
    package var depthMax = 16
    /// Messages of one session in a second, in the long run.
    package var messagesPerSecond = 10
    /// Messages of one session at once, above which the rate is held against it.
    package var burst = 20
    /// Channels that one session is in at a time.
    package var channelsPerSession = 64
    /// Sessions of one subject at a time.
    package var sessionsPerSubject = 8
    /// Connections from one address at a time: all members in a school or behind a carrier's NAT
    /// share one, and each of them has `sessionsPerSubject`.
    package var connectionsPerAddress = 1024

    package init() {}
}

extension Limits {
    /// The keys under `limits`, with their ranges.
    enum Key: String, CaseIterable {
        case frameBytes = "frame_bytes"
        case messageBytes = "message_bytes"
        case depth
        case messagesPerSecond = "messages_per_second"
        case burst
        case channelsPerSession = "channels_per_session"
        case sessionsPerSubject = "sessions_per_subject"
        case connectionsPerAddress = "connections_per_address"

        /// From what makes a hub usable to what its memory bears.
        var range: ClosedRange<Int> {
            switch self {
            case .frameBytes, .messageBytes: 256...16 << 20
            case .depth: 2...64
            case .messagesPerSecond, .burst: 1...1_000_000
            case .channelsPerSession, .sessionsPerSubject: 1...10_000
            case .connectionsPerAddress: 1...1_000_000
            }
        }
    }

    subscript(key: Key) -> Int {
        get { self[keyPath: Self.path(key)] }
        set { self[keyPath: Self.path(key)] = newValue }
    }

    private static func path(_ key: Key) -> WritableKeyPath<Limits, Int> {
        switch key {
        case .frameBytes: \.frameBytesMax
        case .messageBytes: \.messageBytesMax
        case .depth: \.depthMax
        case .messagesPerSecond: \.messagesPerSecond
        case .burst: \.burst
        case .channelsPerSession: \.channelsPerSession
        case .sessionsPerSubject: \.sessionsPerSubject
        case .connectionsPerAddress: \.connectionsPerAddress
        }
    }
}
