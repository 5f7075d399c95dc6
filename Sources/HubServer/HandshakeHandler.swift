import AuditLog
import Handshake
import HubCore
import NIOCore
import NIOHTTP1
import Outcomes
import PolicyEngine
import WebSocketFrames

/// A handshake that waits until its event is durable.
protocol PendingHandshake: AnyObject {
    /// `decision` names the recorded event; or `outcome` says why it could not be recorded; or
    /// neither, when the facts moved and it must be judged again.
    func recorded(decision: Decision?, outcome: Outcome?)
}

/// Takes one HTTP head, has it judged and recorded, then upgrades or answers and closes.
///
/// Nothing after the head reaches a second parser before the 101 is written.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler, PendingHandshake {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case head
        case admitting(Admission, Arrival, attempts: Int)
        case refusing(Refusal, cors: [HeaderField])
        case upgraded
        case closing
    }

    private let loop: ShardLoop
    private let entrance: Entrance
    private let temporary: [any RemovableChannelHandler]
    private var state = State.head
    private var context: ChannelHandlerContext?
    private var sessionID: UUID16?
    /// What rates know it by, should it be judged again.
    private var number: UInt64 = 0
    /// Whose connection it is: the peer, or the client that a declared proxy names.
    private var address: NetworkAddress?
    /// Whether its address has more connections than it may have.
    private var isOverLimit: Bool
    /// Whether the connection is encrypted, here or at a declared proxy.
    private var isTLS: Bool
    /// What the record keeps of the connection as erasable content.
    private var connectionJSON: [UInt8] = []

    init(
        loop: ShardLoop,
        entrance: Entrance,
        isOverLimit: Bool,
        isTLS: Bool,
        temporary: [any RemovableChannelHandler]
    ) {
        self.loop = loop
        self.entrance = entrance
        self.isOverLimit = isOverLimit
        self.isTLS = isTLS
        self.temporary = temporary
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        address = Entrance.peer(of: context.channel)
        connectionJSON = Entrance.connectionJSON(address: address, head: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .upgraded = state {
            // Bytes that came in one read with the head; the frame decoder is next.
            context.fireChannelRead(data)
            return
        }
        guard case .head(let head) = unwrapInboundIn(data), case .head = state else { return }
        judge(head, context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let exceeded = event as? HeadLimit.Exceeded, case .head = state {
            let outcome: Outcome = exceeded == .bytes ? .headTooLarge : .headTimeout
            refuse(Refusal(outcome, at: .head))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch state {
        case .head where error is HTTPParserError: refuse(Refusal(.badRequest, at: .head))
        // What follows a judged head is nobody's: its answer is on the way.
        case .admitting where error is HTTPParserError, .refusing where error is HTTPParserError,
            .closing where error is HTTPParserError:
            break
        case .head, .admitting, .refusing, .closing: context.close(promise: nil)
        case .upgraded: context.fireErrorCaught(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        context.fireChannelInactive()
    }

    // MARK: Judging

    private func judge(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let now = loop.clocks.now()
        let request = RequestHead(head)
        let gate = entrance.gates.current
        // Also what is refused before the check itself is for the page to read.
        let cors = gate.corsFields(request)
        guard identify(head, context) else {
            refuse(Refusal(.badForwarded, at: .head), cors: cors)
            return
        }
        if !gate.isPreflight(request), let refusal = addressRefusal(now) {
            refuse(refusal, cors: cors)
            return
        }
        if gate.isCheck(request) {
            check(request, gate, now)
            return
        }
        switch gate.admit(request, at: now.unixTime) {
        case .refused(let refusal): refuse(refusal)
        case .admitted(let admission):
            let arrival = arrival(admission.principal, request)
            if let refusal = rateRefusal(of: arrival, admission.principal, now) {
                refuse(refusal)
                return
            }
            admit(admission, arrival, attempts: 0)
        }
    }

    /// Takes a handshake from its address's allowance, unless that has too many connections.
    private func addressRefusal(_ now: Instant) -> Refusal? {
        if isOverLimit { return Refusal(.tooManyConnections, at: .limits) }
        let waitNs = loop.shard.accounts.takeHandshake(address: limitKey, nowNs: now.monotonicNs)
        return waitNs > 0 ? .tooOften("This address", waitNs) : nil
    }

    /// Takes a handshake from its subject's allowance.
    private func rateRefusal(
        of arrival: Arrival,
        _ principal: Principal,
        _ now: Instant
    ) -> Refusal? {
        let waitNs = loop.shard.accounts.takeHandshake(
            subject: arrival.subject,
            nowNs: now.monotonicNs
        )
        return waitNs > 0 ? .tooOften("This member", waitNs, principal) : nil
    }

    /// Finds out whose request it is, and counts its connection if a proxy made it.
    ///
    /// - Returns: false when a declared proxy names its client by no address.
    private func identify(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Bool {
        connectionJSON = Entrance.connectionJSON(address: address, head: head)
        guard let peer = address, entrance.proxies.contains(peer) else { return true }
        let fields = ForwardingFields(
            forwarded: head.headers["Forwarded"],
            forwardedFor: head.headers["X-Forwarded-For"],
            forwardedProto: head.headers["X-Forwarded-Proto"]
        )
        guard let client = entrance.proxies.client(peer: peer, fields) else { return false }
        address = client.address
        isTLS = client.isTLS ?? false
        connectionJSON = Entrance.connectionJSON(address: client.address, head: head)
        isOverLimit = loop.enter(client.address, context.channel, entrance.connections) != .within
        return true
    }

    private var limitKey: String { address?.limitKey ?? "unknown" }

    private func check(_ request: RequestHead, _ gate: HandshakeGate, _ now: Instant) {
        switch gate.check(request, at: now.unixTime) {
        case .preflight(let answer): self.answer(answer)
        case .refused(let refusal, let cors): refuse(refusal, cors: cors)
        case .admissible(let principal, let cors):
            let arrival = arrival(principal, request)
            if let refusal = rateRefusal(of: arrival, principal, now) {
                refuse(refusal, cors: cors)
                return
            }
            if let outcome = loop.shard.refusal(of: arrival, at: now) {
                refuse(Refusal(outcome, at: .limits, principal: principal), cors: cors)
                return
            }
            let verdict = loop.shard.verdict(on: arrival, at: now, counting: .look)
            if verdict.disposition > .redact {
                refuse(Refusal(verdict, principal), cors: cors, verdict: verdict)
            } else {
                answer(.admissible(principal, cors: cors))
            }
        }
    }

    /// Judges against sanctions, limits and connection rules, and proposes the event.
    private func admit(_ admission: Admission, _ arrival: Arrival, attempts: Int) {
        let now = loop.clocks.now()
        if let outcome = loop.shard.refusal(of: arrival, at: now) {
            refuse(Refusal(outcome, at: .limits, principal: admission.principal))
            return
        }
        guard attempts < Self.attemptsMax else {
            refuse(Refusal(.busy, at: .limits, principal: admission.principal))
            return
        }
        if attempts == 0 { number = loop.shard.nextNumber() }
        let counting = attempts == 0 ? Counting.first(as: number) : .again(as: number)
        let verdict = loop.shard.verdict(on: arrival, at: now, counting: counting)
        guard verdict.disposition <= .redact else {
            refuse(Refusal(verdict, admission.principal), verdict: verdict)
            return
        }
        state = .admitting(admission, arrival, attempts: attempts)
        sessionID = loop.shard.proposeConnect(
            arrival,
            verdict: verdict,
            ticket: loop.await(self),
            at: now
        )
    }

    private func arrival(_ principal: Principal, _ request: RequestHead) -> Arrival {
        entrance.arrival(
            principal,
            connection: connectionJSON,
            request: RequestFacts(
                address: address?.description ?? "unknown",
                origin: request.values(of: "Origin").first ?? "",
                agent: request.values(of: "User-Agent").first ?? "",
                isTLS: isTLS
            )
        )
    }

    /// How often a handshake is judged again because facts moved, before it is refused as busy.
    private static let attemptsMax = 8

    /// Has a refusal recorded, or only counted when its address floods, and answers.
    private func refuse(_ refusal: Refusal, cors: [HeaderField] = [], verdict: Verdict? = nil) {
        let outcome = refusal.outcome
        if let issuer = refusal.keylessIssuer { entrance.gates.ask(forKeysOf: issuer) }
        loop.door.refuse(outcome)
        guard outcome != .recordUnavailable, outcome != .busy,
            loop.refusals.records(limitKey)
        else {
            answer(refusal.answer(adding: cors))
            return
        }
        state = .refusing(refusal, cors: cors)
        let bearer = refusal.principal.map {
            (subject: entrance.pseudonyms.pseudonym(of: $0), token: entrance.mark(of: $0))
        }
        loop.shard.proposeRefusal(
            outcome,
            stage: Entrance.stage(of: refusal.step),
            bearer: bearer,
            connection: connectionJSON,
            verdict: verdict,
            ticket: loop.await(self),
            at: loop.clocks.now()
        )
    }

    func recorded(decision: Decision?, outcome: Outcome?) {
        switch state {
        case .refusing(let refusal, let cors):
            answer(refusal.answer(decision: decision?.description, adding: cors))
        case .admitting(let admission, let arrival, let attempts):
            if decision != nil {
                upgrade(admission, arrival)
            } else if let outcome {
                loop.door.refuse(outcome)
                answer(Refusal(outcome, at: .limits).answer())
            } else {
                admit(admission, arrival, attempts: attempts + 1)
            }
        case .head, .upgraded, .closing: break
        }
    }

    // MARK: Answers

    private func upgrade(_ admission: Admission, _ arrival: Arrival) {
        guard let id = sessionID else { preconditionFailure("an admitted handshake has an id") }
        guard let context, context.channel.isActive else {
            loop.shard.abandoned(id, subject: arrival.subject, at: loop.clocks.now())
            return
        }
        state = .upgraded
        loop.door.opened &+= 1
        let fields = admission.fields.map { ($0.name, $0.value) }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .switchingProtocols,
            headers: HTTPHeaders(fields)
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let limits = loop.shard.bundle.limits
        let connection = Connection(
            sink: loop,
            clocks: loop.clocks,
            decoder: FrameDecoder(
                role: .server,
                frameBytesMax: limits.frameBytesMax,
                messageBytesMax: limits.messageBytesMax
            )
        )
        connection.slot = loop.attach(connection)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(connection)
        } catch {
            context.close(promise: nil)
            return
        }
        connection.append(
            text: loop.shard.open(
                arrival,
                id: id,
                slot: connection.slot,
                pingIntervalMs: Int64(entrance.settings.pingSeconds) * 1000
            )
        )
        for handler in temporary { _ = pipeline.removeHandler(handler) }
    }

    private func answer(_ answer: HTTPAnswer) {
        state = .closing
        guard let context, context.channel.isActive else { return }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: .init(statusCode: answer.status),
            headers: HTTPHeaders(answer.fields.map { ($0.name, $0.value) })
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !answer.body.isEmpty {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))),
                promise: nil
            )
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(mode: .all, promise: nil)
        }
        // Nothing is written before TLS is shaken, which a silent client never does.
        let channel = context.channel
        let deadline = channel.eventLoop.scheduleTask(in: Self.answerTimeMax) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
    }

    /// Time to take the answer to a refused handshake: a slow phone's, some times over.
    private static let answerTimeMax = TimeAmount.seconds(5)
}
