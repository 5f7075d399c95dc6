package import AuditLog
import Outcomes
import PolicyEngine

/// What a look at what was said came to, for the message that asks.
enum PastLook<Found> {
    case found(Found)
    /// The record was asked: the message waits, and so does what the session sends behind it.
    case waits
    case refused(Outcome, String)
    /// It can't be told whole any more.
    case lost
}

// What was said before: from memory, else from the record joined with memory.
extension Shard {
    /// Looks at a channel. Where the record has to be asked, the message waits until nothing of its
    /// session is in flight, then for the answer, and is received again with it.
    ///
    /// - Parameters:
    ///   - channel: the name of one that the session is in, or may be in.
    ///   - what: what the record is asked if memory doesn't reach; the same each time.
    ///   - look: asks memory, with the record's answer once there is one.
    func look<Found: Sendable>(
        into channel: String,
        else what: PastQuestion.What,
        for slot: Int,
        _ payload: UnsafeRawBufferPointer,
        _ look: (RecentMessages.Memory, PastAnswer?) -> Joined<Found>
    ) -> PastLook<Found> {
        let question = PastQuestion(channel: channel, what)
        let session = sessions[slot: slot]!
        var answer: PastAnswer?
        switch session.answers.first(where: { $0.question == question })?.answer {
        case .success(let known): answer = known
        case .failure(.busy): return .refused(.busy, Outcome.busy.sentence)
        case .failure(.away): return .refused(.recordUnavailable, Self.awaySentence)
        case nil: break
        }
        switch recent.ask(channel, { look($0, answer) }) {
        case .found(let found): return .found(found)
        case .lost: return .lost
        case .behind: return .refused(.busy, Outcome.busy.sentence)
        case .notHeld: break
        }
        session.isWaiting = true
        wait(payload, slot, again: counting.number)
        // What is in flight may come back to be judged again, and goes first.
        if session.inFlight == 0 {
            session.asked = question
            output.ask(question, for: session.id, in: slot)
        }
        return .waits
    }

    /// The record has answered a session's question, or didn't.
    package func answered(
        _ question: PastQuestion,
        _ answer: Result<PastAnswer, PastRefused>,
        for id: UUID16,
        in slot: Int,
        at now: Instant
    ) {
        guard let session = sessions[slot: slot], session.id == id, session.asked == question
        else { return }
        self.now = now
        session.asked = nil
        session.answers.append((question, answer))
        resumeIfQuiet(slot)
    }

    private static var awaySentence: String { "Older messages can't be read right now." }
}
