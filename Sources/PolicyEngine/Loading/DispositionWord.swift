import Outcomes

/// The words that policy files have for dispositions.
enum DispositionWord: String, CaseIterable {
    case allow, redact, bounce, hold, block

    var disposition: Disposition {
        switch self {
        case .allow: .allow
        case .redact: .redact
        case .bounce: .bounce
        case .hold: .hold
        case .block: .block
        }
    }
}
