import AuditLog
import Foundation
import HubCore
import Testing

/// The record in PostgreSQL as a simulation has it: the shipped events, read as the hub's query does.
struct SimulatedRecord {
    let events: [Event]
    let contents: [Int64: [ContentPart]]
    let watermark: Int64
    /// The newest changes, by what they change.
    private var changes: [Int64: Event] = [:]
    /// The newest erasures, by subject.
    private var erasures: [UUID16: Int64] = [:]

    /// - Parameter watermark: the newest event that has been shipped.
    init(_ hub: SimulatedHub, watermark: Int64) throws {
        events = Array(try hub.decodedEvents().prefix { $0.seq <= watermark })
        contents = hub.contents
        self.watermark = watermark
        for event in events {
            if event.kind != .message, event.channelSeq != nil, let origin = event.refersSeq {
                changes[origin] = event
            }
            if event.kind == .erase, let subject = event.subject { erasures[subject] = event.seq }
        }
    }

    func answer(_ question: PastQuestion) throws -> PastAnswer {
        let numbered = events.filter { $0.channel == question.channel && $0.channelSeq != nil }
        let rows = try numbered.map(row).sorted { $0.place < $1.place }
        switch question.what {
        case .page(let before, let limit):
            let there = rows.filter {
                $0.what == .message && $0.body != nil && $0.place < before ?? Self.end
            }
            return answer(Array(there.suffix(limit)), there.count > limit)
        case .replay(let from, let limit):
            let behind = rows.filter { $0.place >= from }
            return answer(Array(behind.prefix(limit)), behind.count > limit)
        case .message(let place):
            return answer(rows.filter { $0.place == place }, false)
        }
    }

    private func answer(_ rows: [PastRow], _ hasMore: Bool) -> PastAnswer {
        PastAnswer(rows: rows, watermark: watermark, hasMore: hasMore)
    }

    private static let end = Place(epoch: .max, seq: .max)

    private func place(_ event: Event) -> Place {
        Place(epoch: event.channelEpoch ?? 0, seq: event.channelSeq ?? 0)
    }

    private func row(_ event: Event) throws -> PastRow {
        let origin =
            event.kind == .message ? event : events[Int(try #require(event.refersSeq)) - 1]
        let change = changes[origin.seq]
        let isErased = origin.subject.flatMap { erasures[$0] }.map { $0 > origin.seq } ?? false
        var what: ChannelEntry.What =
            event.kind == .message ? .message : .edit(of: place(origin))
        var body = contents[(change ?? origin).seq]?.first { $0.kind == .delivered }?.body
        if isErased { body = nil }
        if let change, change.kind == .delete {
            let by: Remover = change.detail.contains(#""by":"author""#) ? .author : .moderator
            what = .removal(of: place(origin), by: by)
            body = nil
        }
        return PastRow(
            place: place(event),
            seq: event.seq,
            at: event.at,
            what: what,
            author: try #require(origin.subject),
            name: "Ann",
            message: try #require(event.message),
            kind: origin.detail.contains(#""kind":"poll""#) ? "poll" : "message",
            body: body,
            edited: change.flatMap { $0.kind == .edit ? place($0) : nil },
            removedAt: change?.at
        )
    }
}
