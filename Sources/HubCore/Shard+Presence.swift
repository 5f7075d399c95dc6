import AuditLog
import Outcomes
import PolicyEngine
import WebSocketFrames

// Who is in a channel, for those who want to be shown: the whole list first, then at most once a second
// what has changed, encoded once for all watchers of a shard. Nothing is done for other channels.
extension Shard {
    /// Begins or ends to show a session who is in one of its channels.
    func presence(
        _ envelope: Envelope,
        _ payload: UnsafeRawBufferPointer,
        _ slot: Int,
        _ started: UInt64
    ) {
        let channel = sessions[slot: slot]!.channels.first { $0.name == envelope.channel }
        let outcome: Outcome? =
            if channel == nil {
                .notJoined
            } else if envelope.isOn, !bundle.showsPresence(inChannel: envelope.channel) {
                .presenceOff
            } else {
                nil
            }
        if let outcome {
            refuse(payload, slot, outcome, stage: .state, envelope: envelope, started: started)
            return
        }
        var proposal = proposal(.presence, .allow, slot, envelope, payload)
        proposal.channel = channel?.index
        proposal.reply = .presence(isOn: envelope.isOn)
        var particulars = Particulars(bytes: payload.count, started: started)
        particulars.detail.yes(envelope.isOn ? "on" : "off")
        record(&proposal, particulars)
    }

    /// It is recorded: the list comes with the next look at the clock. Who asks again gets it again,
    /// and so no more often than others.
    func watch(_ channel: Int, _ slot: Int, _ isOn: Bool) {
        endWatching(channel, slot)
        // It may have left since.
        guard isOn,
            let name = sessions[slot: slot]?.channels.first(where: { $0.index == channel })?.name
        else { return }
        if watches[channel] == nil {
            watches[channel] = PresenceWatch(channel: name)
            roster.follow(name)
        }
        watches[channel]?.add(slot)
    }

    func endWatching(_ channel: Int, _ slot: Int) {
        guard let watch = watches[channel], watch.remove(slot), watch.isEmpty else { return }
        watches[channel] = nil
        roster.unfollow(watch.channel)
    }

    /// Tells the watchers of some channels what has changed, and new ones who is there.
    ///
    /// - Parameters:
    ///   - part: which channels: those whose index leaves it when divided by `parts`. Called once a
    ///     second with each, so that the channels' updates don't go out all at the same time.
    package func tellPresence(part: Int, of parts: Int) {
        for (channel, watch) in watches where channel % parts == part {
            if let news = roster.takeNews(of: watch.channel), !watch.informed.isEmpty {
                send(news.json(channel: watch.channel), to: watch.informed)
            }
            guard !watch.fresh.isEmpty else { continue }
            let presence = roster.presence(in: watch.channel)
            send(presence.json(channel: watch.channel), to: watch.fresh)
            watch.inform()
        }
    }

    /// New policies are in force: where they no longer show who is in a channel, its watchers learn
    /// why they see no more.
    func endHiddenPresence() {
        for (channel, watch) in watches where !bundle.showsPresence(inChannel: watch.channel) {
            var text: [UInt8] = []
            text.json("{\"type\":\"presence\",\"channel\":")
            text.json(string: watch.channel)
            text.json(",\"code\":")
            text.json(string: Outcome.presenceOff.rawValue)
            text.json(",\"message\":")
            text.json(string: Outcome.presenceOff.sentence)
            text.json(",\"decision\":\"")
            text.json(Decision(log: log, seq: appliedThrough))
            text.json("\"}")
            send(text, to: watch.informed)
            send(text, to: watch.fresh)
            watches[channel] = nil
            roster.unfollow(watch.channel)
        }
    }

    /// Sends one text frame, encoded once.
    private func send(_ text: [UInt8], to slots: [Int]) {
        var frame: [UInt8] = []
        frame.reserveCapacity(text.count + 10)
        text.withUnsafeBytes { FrameEncoder.append($0, opcode: .text, to: &frame) }
        frame.withUnsafeBytes { frame in
            for slot in slots { output.send(frame, to: slot) }
        }
    }
}
