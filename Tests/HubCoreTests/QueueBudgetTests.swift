import HubCore
import Testing

struct QueueBudgetTests {
    /// Grows every reader's queue step by step until it is refused.
    private func stalled(_ readers: Int, _ budget: inout QueueBudget, step: Int) -> [Int] {
        var queues = [Int](repeating: 0, count: readers)
        var grown = true
        while grown {
            grown = false
            for reader in queues.indices
            where budget.change(from: queues[reader], to: queues[reader] + step) {
                queues[reader] += step
                grown = true
            }
        }
        return queues
    }

    @Test("a few slow readers have their whole limit")
    func few() {
        var budget = QueueBudget(connectionMax: 1000, totalMax: 100_000)
        #expect(stalled(3, &budget, step: 10) == [1000, 1000, 1000])
        #expect(budget.total == 3000)
    }

    @Test("many stay under the cap together, and each has a fair share", arguments: [100, 1000])
    func many(readers: Int) throws {
        var budget = QueueBudget(connectionMax: 1000, totalMax: 50_000)
        let queues = stalled(readers, &budget, step: 10)
        #expect(budget.total == queues.reduce(0, +))
        #expect(budget.total <= 50_000)
        let least = try #require(queues.min())
        let most = try #require(queues.max())
        #expect(most - least <= 10)
        #expect(least >= 50_000 / (readers + 1) - 20)
    }

    @Test("what a closing connection still has is counted, too much or not, until it has gone")
    func closing() {
        var budget = QueueBudget(connectionMax: 1000, totalMax: 1000)
        let held = budget.hold(1200, instead: 0)
        let isTakenMeanwhile = budget.change(from: 0, to: 1)
        let rest = budget.hold(0, instead: held)
        let isTakenThen = budget.change(from: 0, to: 1)
        #expect((held, rest) == (1200, 0))
        #expect((isTakenMeanwhile, isTakenThen) == (false, true))
        #expect(budget.total == 1)
    }

    @Test("what was written makes room for others")
    func room() {
        var budget = QueueBudget(connectionMax: 1000, totalMax: 1500)
        let steps = [(0, 700), (0, 500), (700, 0), (0, 500)].map {
            budget.change(from: $0.0, to: $0.1)
        }
        #expect(steps == [true, false, true, true])
        #expect(budget.total == 500)
    }
}
