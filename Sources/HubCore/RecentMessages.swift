import AuditLog
import Synchronization

/// The newest messages of all channels, as members may read them by now: for history, resumed
/// sessions, edits and deletions. One for the hub.
///
/// The recorder tells it what is durable, before the shards learn of it; shards ask it only when a
/// client asks for what was said, never on a message's way. Bounded in bytes: the oldest of all goes
/// first, and for each channel it is known from where on nothing is missing, and up to which event the
/// record has to have the rest.
package final class RecentMessages: Sendable {
    struct State {
        /// By the ledger's index.
        var channels: [RecentChannel] = []
        /// Indices by name.
        var names: [String: Int] = [:]
        /// The channels of all that is held, in the order of events.
        var order = Ring<Int>()
        var bytes = 0
        var through: Int64
        /// Who was forgotten, and by which event, as long as the record may not know.
        var erased: [UUID16: Int64] = [:]
    }

    /// Of this run.
    package let epoch: Int32
    private let bytesMax: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - epoch: of this run.
    ///   - bytesMax: for all channels together; 0 holds nothing.
    ///   - through: the newest event before this run.
    package init(epoch: Int32, bytesMax: Int, through: Int64) {
        self.epoch = epoch
        self.bytesMax = bytesMax
        state = Mutex(State(through: through))
    }

    /// Takes what is durable; called by the recorder alone.
    ///
    /// - Parameter shipped: the newest event that the record has.
    package func remember(_ group: RecordedGroup, shipped: Int64) {
        state.withLock { state in
            for batch in group.batches {
                batch.bytes.withUnsafeBytes { bytes in
                    for index in batch.proposals.indices {
                        note(batch.proposals[index], bytes, &state, shipped: shipped)
                    }
                }
            }
            state.through = max(state.through, group.through)
            while state.bytes > bytesMax, !state.order.isEmpty { Self.forgetOldest(&state) }
        }
    }

    private func note(
        _ proposal: borrowing Proposal,
        _ bytes: UnsafeRawBufferPointer,
        _ state: inout State,
        shipped: Int64
    ) {
        guard case .recorded(let seq, let at, let channelSeq) = proposal.ruling else { return }
        if proposal.kind == .erase, let subject = proposal.subject {
            state.erased = state.erased.filter { $0.value > shipped }
            state.erased[subject] = seq
            for channel in state.channels.indices {
                state.bytes -= state.channels[channel].forget(subject)
            }
        }
        guard !proposal.delivery.isEmpty, let channel = proposal.channel,
            let subject = proposal.subject, let message = proposal.message
        else { return }
        let frame = bytes[rebasing: proposal.delivery]
        // Two bytes of header, and two or eight more for longer payloads (RFC 6455, section 5.2).
        let header = frame[1] == 126 ? 4 : frame[1] == 127 ? 10 : 2
        var what = ChannelEntry.What.message
        if let target = proposal.target {
            what =
                target.remover.map { .removal(of: target.place, by: $0) }
                ?? .edit(of: target.place)
        }
        var entry = ChannelEntry(
            place: Place(epoch: epoch, seq: channelSeq),
            seq: seq,
            at: at,
            author: proposal.target?.author ?? subject,
            message: message,
            kind: proposal.messageKind,
            what: what,
            text: Array(frame[header...])
        )
        if !proposal.body.isEmpty {
            entry.bodyStart = proposal.body.lowerBound - proposal.delivery.lowerBound - header
            entry.headCount = entry.bodyStart - ChannelText.bodyKey.utf8CodeUnitCount
        }
        while state.channels.count <= channel { state.channels.append(RecentChannel()) }
        if state.channels[channel].name.isEmpty, let name = proposal.channelName {
            state.channels[channel].name = name
            state.names[name] = channel
        }
        state.bytes += entry.bytes + Self.overheadBytes
        state.bytes += state.channels[channel].add(entry)
        state.order.append(channel)
    }

    private static func forgetOldest(_ state: inout State) {
        let channel = state.order.takeFirst(leaving: 0)
        state.bytes -= state.channels[channel].forgetOldest() + overheadBytes
    }

    /// What an entry takes besides its text: itself, the text's own header, its places in two queues.
    static let overheadBytes = MemoryLayout<ChannelEntry>.stride + 48

    /// Bytes held, and numbers.
    package var load: (bytes: Int, entries: Int) {
        state.withLock { ($0.bytes, $0.order.count) }
    }

    /// Asks about a channel, with no change in between.
    ///
    /// - Parameters:
    ///   - channel: its name.
    func ask<Answer: Sendable>(_ channel: String, _ question: (Memory) -> Answer) -> Answer {
        state.withLock { state in
            let index = state.names[channel]
            return question(
                Memory(
                    epoch: epoch,
                    name: channel,
                    channel: index.map { state.channels[$0] } ?? RecentChannel(),
                    through: state.through,
                    erased: state.erased
                )
            )
        }
    }

    /// What is known of one channel, for the length of a question.
    struct Memory {
        let epoch: Int32
        let name: String
        let channel: RecentChannel
        /// The newest event that was remembered.
        let through: Int64
        let erased: [UUID16: Int64]
    }
}
