extension JSONValue {
    /// One step from a value to a value within it.
    package enum PathStep: Hashable, Sendable {
        case key(String)
        case element(Int)
    }

    /// The steps from this value to a value within it (or a member's key), by its `index`.
    ///
    /// A key's path is its member's. Nil when nothing of this value stands there.
    package func path(to place: Int) -> (steps: [PathStep], isKey: Bool)? {
        guard place >= index, place < end else { return nil }
        var steps: [PathStep] = []
        var value = self
        while value.index != place {
            guard let (step, child, isKey) = value.child(around: place) else { return nil }
            steps.append(step)
            if isKey { return (steps, true) }
            value = child
        }
        return (steps, false)
    }

    private func child(around place: Int) -> (PathStep, JSONValue, isKey: Bool)? {
        for (key, value) in members where place < value.end {
            let step = PathStep.key(String(decoding: key, as: UTF8.self))
            return place < value.index - 1 ? nil : (step, value, place == value.index - 1)
        }
        for (number, value) in elements.enumerated() where place < value.end {
            return place < value.index ? nil : (.element(number), value, false)
        }
        return nil
    }
}

extension [JSONValue.PathStep] {
    /// The path as a JSON pointer (RFC 6901).
    package var pointer: String {
        map { step in
            switch step {
            case .element(let number): "/\(number)"
            case .key(let key):
                "/"
                    + key.split(separator: "~", omittingEmptySubsequences: false)
                    .joined(separator: "~0").split(separator: "/", omittingEmptySubsequences: false)
                    .joined(separator: "~1")
            }
        }.joined()
    }
}
