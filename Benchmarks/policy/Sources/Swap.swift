import AuditLog
import Crypto
import Foundation
import HubCore
import Outcomes
import PolicyEngine

/// What putting a bundle in force takes on an event loop that has thousands of sessions.
enum Swap {
    static let sessions = 5000

    /// Applying an activation, and the first message after it of one session.
    static func measure(
        from old: PolicyEngine.Bundle,
        to new: PolicyEngine.Bundle
    ) -> (swap: Timed, first: Timed) {
        let output = Silence()
        let shard = Shard(
            index: 0,
            log: 1,
            epoch: 1,
            bundle: old,
            rates: RateCounters(),
            recent: RecentMessages(epoch: 1, bytesMax: 0, through: 0),
            seal: ResumeSeal(derivedFrom: SymmetricKey(size: .bits256)),
            accounts: Accounts(RateLimits()),
            standing: Standing(),
            roster: Roster(old.members),
            settings: ChannelSettings(),
            entropy: Entropy { pool in
                for place in pool.indices { pool[place] = UInt8.random(in: .min ... .max) }
            },
            ticks: { 0 },
            output: output
        )
        let log = Log(shard)
        let slots = (0..<sessions).map { connect(UInt64($0), log) }
        let body = #"{"type":"message","id":"m","channel":"club:demo:u14","body":{"text":"hi"}}"#
        shard.propose(Activation(new, by: .signal), ticket: 0, at: log.now)
        let swap = log.apply()
        let first = Timed {
            Array(body.utf8).withUnsafeBytes { shard.receive($0, from: slots[0], at: log.now) }
        }
        return (swap, first)
    }

    private static func connect(_ number: UInt64, _ log: Log) -> Int {
        let year = 1960 + number % 60
        let arrival = Arrival(
            subject: UUID16(high: 0x8000, low: number),
            issuer: "https://club.example",
            sub: "member-\(number)",
            name: "Sam",
            expiresAt: .max,
            tokenExpiresAt: .max,
            token: TokenMark(id: nil, issuedAt: nil, key: UUID16(high: 0, low: 1)),
            connection: Array("{}".utf8),
            claims: #"{"iss":"https://club.example","aud":"chat","sub":"member-\#(number)","#
                + #""name":"Sam","role":"player","birthdate":"\#(year)-03-04","vetted":true,"#
                + #""channels":["club:demo:u\#(number % 50)"]}"#,
            request: RequestFacts(address: "192.0.2.1", origin: "", agent: "", isTLS: true)
        )
        let verdict = log.shard.verdict(on: arrival, at: log.now)
        let id = log.shard.proposeConnect(arrival, verdict: verdict, ticket: 0, at: log.now)
        log.apply()
        let slot = log.shard.reserveSlot()
        _ = log.shard.open(arrival, id: id, slot: slot, pingIntervalMs: 30_000)
        return slot
    }

    /// Records at once what a shard proposes.
    private final class Log {
        let shard: Shard<Silence>
        let now = Instant(wall: 834_840_000_000_000, monotonicNs: 1)
        private var seq: Int64 = 0

        init(_ shard: Shard<Silence>) { self.shard = shard }

        /// - Returns: how long the shard takes to apply it.
        @discardableResult
        func apply() -> Timed {
            guard let batch = shard.takeBatch() else { return Timed {} }
            shard.handedOver(batch)
            for index in batch.proposals.indices {
                seq += 1
                batch.proposals[index].ruling = .recorded(seq: seq, at: now.wall, channelSeq: 1)
            }
            let group = RecordedGroup(batches: [batch], through: seq)
            return Timed { shard.apply(group, at: now) }
        }
    }

    /// Connections that nobody listens to.
    private final class Silence: ShardOutput {
        func send(_ frame: UnsafeRawBufferPointer, to slot: Int) {}
        func sendText(_ text: [UInt8], to slot: Int) {}
        func close(_ slot: Int, _ outcome: Outcome) {}
        func handshakeRecorded(ticket: Int, decision: Decision?, outcome: Outcome?) {}
        func arrival(
            bearing token: String,
            to session: Session,
            at now: Instant
        ) -> Result<Arrival, CallRefused> { .failure(CallRefused(.tokenInvalid)) }
        func laneFilled() {}
        func ask(_ question: PastQuestion, for session: UUID16, in slot: Int) {}
        func setReading(_ reading: Bool, of slot: Int) {}
    }
}
