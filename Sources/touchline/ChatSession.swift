import Foundation
import NIOCore

/// One person's talk in one channel: joins, sends what is typed, shows what arrives.
///
/// Lives on its connection's event loop.
final class ChatSession {
    /// What the person is called, and where they talk.
    struct Options: Sendable {
        var name: String
        var channel: String
        /// Whether to print the hub's messages as they are, one a line.
        var isRaw: Bool
        /// Whether a person types: then own messages are shown only where the hub changed them.
        var isTyped: Bool
        var screen: ChatScreen
    }

    private let options: Options
    private let done: EventLoopPromise<Void>
    private let joined: () -> Void
    private weak var connection: ChatConnection?
    /// Ids of what was sent and not answered.
    private var pending: Set<String> = []
    /// Requests sent without an id that anyone can read, which are answered without one too.
    private var pendingNameless = 0
    private var lastID = 0
    private var isInputOver = false
    /// Numbers of own messages, acked and not yet seen, and whether the hub changed them.
    private var ownSeqs: [Int64: Bool] = [:]

    /// - Parameters:
    ///   - done: succeeds when all that was typed is answered and the input is over; fails with a
    ///     `CommandFault` when the hub refuses or goes.
    ///   - joined: told once the channel is joined, when lines may come.
    init(_ options: Options, done: EventLoopPromise<Void>, joined: @escaping () -> Void) {
        self.options = options
        self.done = done
        self.joined = joined
    }

    func receive(_ connection: ChatConnection, _ event: ChatConnection.Event) {
        self.connection = connection
        switch event {
        case .ended(let why): done.fail(CommandFault(why))
        case .text(let text):
            if options.isRaw { Terminal.say(SafeText.json(text)) }
            guard let message = ServerMessage(json: text) else {
                return done.fail(CommandFault("the hub sent something that is no message."))
            }
            handle(message)
        }
    }

    /// Sends a line that was typed: as a message, or as it is when it is raw JSON.
    func typed(_ line: String) {
        guard !line.isEmpty else { return }
        if options.isRaw, line.hasPrefix("{") {
            if let id = ServerMessage(json: line)?.id {
                pending.insert(id)
            } else {
                pendingNameless += 1
            }
            connection?.send(line)
        } else {
            lastID += 1
            let id = "m\(lastID)"
            request(id, ["type": "message", "channel": options.channel, "body": ["text": line]])
        }
    }

    /// No more lines will come: waits for the answers that are due.
    func inputEnded(on loop: any EventLoop) {
        isInputOver = true
        finishIfAnswered()
        loop.assumeIsolated().scheduleTask(in: Self.answersTimeout) { [self] in
            // All is answered: only the sight of an own message is missing, which may be long gone.
            guard !isAnswered else { return done.succeed() }
            let seconds = Self.answersTimeout.nanoseconds / 1_000_000_000
            done.fail(CommandFault("the hub did not answer everything within \(seconds) s."))
        }
    }

    private func handle(_ message: ServerMessage) {
        switch message.type {
        case "welcome": request(Self.joinID, ["type": "join", "channel": options.channel])
        case "ack": acknowledge(message)
        case "refused": refuse(message)
        case "message": show(message)
        case "goodbye":
            say("The hub says goodbye: \(SafeText.line(message.reason ?? message.code ?? ""))")
        default: break
        }
    }

    private func acknowledge(_ ack: ServerMessage) {
        let id = ack.id ?? ""
        guard pending.remove(id) != nil else { return }
        if id == Self.joinID {
            if options.isTyped {
                let place = SafeText.line(options.channel)
                say("You are in \(place) as \(SafeText.line(options.name)).")
                say("Type a message and press Enter; Ctrl-D ends.")
            }
            joined()
        } else {
            if let seq = ack.channelSeq { ownSeqs[seq] = ack.status == "redacted" }
            say(options.screen.acknowledged(ack))
        }
        finishIfAnswered()
    }

    private func refuse(_ refusal: ServerMessage) {
        if let id = refusal.id { pending.remove(id) } else { pendingNameless -= 1 }
        guard refusal.id != Self.joinID else {
            let reason = ChatScreen.reason(refusal)
            return done.fail(CommandFault("the hub does not let you into the channel: \(reason)"))
        }
        say(options.screen.refused(refusal))
        finishIfAnswered()
    }

    private func show(_ message: ServerMessage) {
        let own = message.channelSeq.flatMap { ownSeqs.removeValue(forKey: $0) }
        if own != false || !options.isTyped { say(options.screen.delivered(message)) }
        finishIfAnswered()
    }

    private func request(_ id: String, _ fields: [String: Any]) {
        let all = fields.merging(["id": id]) { first, _ in first }
        guard let json = try? JSONSerialization.data(withJSONObject: all, options: .sortedKeys)
        else { return }
        pending.insert(id)
        connection?.send(String(decoding: json, as: UTF8.self))
    }

    private func finishIfAnswered() {
        if isInputOver, isAnswered, options.isRaw || ownSeqs.isEmpty { done.succeed() }
    }

    private var isAnswered: Bool { pending.isEmpty && pendingNameless <= 0 }

    private func say(_ line: String) {
        if !options.isRaw { Terminal.say(line) }
    }

    private static let joinID = "join"
    /// A hub answers within milliseconds; this is for one whose disk is stuck.
    private static let answersTimeout = TimeAmount.seconds(5)
}

extension SafeText {
    /// JSON on one line: line breaks between its tokens mean nothing, and within strings there are
    /// none.
    static func json(_ text: String) -> String {
        text.contains(where: \.isNewline)
            ? String(text.map { $0.isNewline ? " " : $0 }) : text
    }
}
