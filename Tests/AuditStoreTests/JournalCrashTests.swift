import AuditLog
import AuditStore
import Foundation
import Glibc
import Synchronization
import Testing

/// Power is lost before each call that a journal makes of the system, and each time in several ways.
@Suite struct JournalCrashTests {
    @Test("what was acknowledged is there after any loss of power, once and in order")
    func lossOfPower() throws {
        var points = 0
        for seed in 0..<Self.runs {
            let watch = Watch()
            try JournalWork(seed: seed, disk: watch.disk(), book: watch.book).run()
            for (step, moment) in watch.moments.withLock({ $0 }).enumerated() {
                points += try Self.check(moment, seed: seed &* 10_000 &+ UInt64(step))
            }
        }
        print("journal: \(points) losses of power were survived")
        #expect(points >= 10_000)
    }

    @Test(
        "a call that fails ends the writer or refuses the batch; then the same holds",
        arguments: [EIO, ENOSPC, EROFS]
    )
    func failingCalls(error: Int32) throws {
        var calls = 0
        var isDone = false
        while !isDone {
            let watch = Watch(failing: calls, with: error)
            let work = JournalWork(seed: 7, disk: watch.disk(), book: watch.book)
            var moment: Watch.Moment?
            do {
                try work.run(rounds: 20)
                isDone = watch.calls.withLock { $0 } <= calls
            } catch let failure as JournalError where failure.isFull {
                // Nothing was written: it goes on as if nothing had happened.
                try work.commitOne()
            } catch let failure as JournalError {
                moment = watch.now
                if case .system(_, _, let number) = failure { #expect(number == error) }
                #expect(throws: JournalError.dead) { try work.commitOne() }
            }
            _ = try Self.check(moment ?? watch.now, seed: UInt64(calls))
            calls += 1
        }
        #expect(calls > 100)
    }

    /// Lets the machine come up again after each kind of loss; returns how many there were.
    private static func check(_ moment: Watch.Moment, seed: UInt64) throws -> Int {
        var losses: [MemoryDisk.Image.Loss] = [.everything, .nothing]
        let sectors = moment.image.sectorsUnsynced
        if sectors > 1 { losses += (1..<sectors).map { .tornAfter(sectors: $0) } }
        losses += (0..<Self.randomLosses).map {
            .random(SeededGenerator(seed: seed &* 100 &+ UInt64($0)))
        }
        var generator = SeededGenerator(seed: seed)
        for loss in losses {
            var start = Watch.Moment(image: moment.image.after(loss), ledger: moment.ledger)
            do {
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    // Power is lost again, somewhere in the recovery.
                    let watch = Watch(JournalWork.Book(start.ledger))
                    try JournalWork.recover(watch.disk(start.image), watch.book)
                    let seen = watch.moments.withLock { $0 }
                    let again = seen[Int.random(in: seen.indices, using: &generator)]
                    let second = SeededGenerator(seed: generator.next())
                    start = .init(image: again.image.after(.random(second)), ledger: again.ledger)
                }
                try JournalWork.recover(MemoryDisk(start.image), JournalWork.Book(start.ledger))
            } catch {
                Issue.record("seed \(seed), \(loss): \(error)")
            }
        }
        return losses.count
    }

    /// `scripts/faults` asks for more.
    private static let runs =
        ProcessInfo.processInfo.environment["TOUCHLINE_CRASH_RUNS"].flatMap { UInt64($0) } ?? 6
    private static let randomLosses = 6
}

/// Notes the disk and the ledger before each call that changes something.
private final class Watch: Sendable {
    struct Moment: Sendable {
        var image: MemoryDisk.Image
        var ledger: JournalWork.Ledger
    }

    let moments = Mutex<[Moment]>([])
    let calls = Mutex(0)
    let book: JournalWork.Book
    private let failing: Int?
    private let error: Int32
    private let made = Mutex<MemoryDisk?>(nil)

    /// - Parameter failing: number of the call that fails, from 0; nil to note every moment.
    init(
        _ book: JournalWork.Book = JournalWork.Book(),
        failing: Int? = nil,
        with error: Int32 = 0
    ) {
        self.book = book
        self.failing = failing
        self.error = error
    }

    var now: Moment {
        Moment(image: made.withLock { $0 }?.image ?? .init(), ledger: book.current)
    }

    func disk(_ image: MemoryDisk.Image = .init()) -> MemoryDisk {
        let disk = MemoryDisk(image) { [self] _, image in
            let call = calls.withLock { calls in
                defer { calls += 1 }
                return calls
            }
            guard failing == nil else { return call == failing ? error : nil }
            let moment = Moment(image: image, ledger: book.current)
            moments.withLock { $0.append(moment) }
            return nil
        }
        made.withLock { $0 = disk }
        return disk
    }
}
