/// Where an evaluation reads the values of variables.
package protocol Facts: AnyObject {
    /// The fact in a slot of the environment that the program was compiled in; nil when it is not
    /// known, which ends an evaluation that needs it.
    func fact(_ slot: Int) -> Value?
}

/// Facts in a table with a place for each slot.
package final class FactTable: Facts {
    private var values: [Value?]

    /// A table of unknown facts.
    package init(_ environment: Environment) {
        values = Array(repeating: nil, count: environment.slotCount)
    }

    package subscript(slot: Int) -> Value? {
        get { values[slot] }
        set { values[slot] = newValue }
    }

    package func fact(_ slot: Int) -> Value? { values[slot] }
}
