import PolicyEngine

/// What follows from a verdict besides its disposition, sorted by what becomes of it.
struct Consequences {
    private(set) var flags: [String] = []
    private(set) var labels: [String] = []
    /// Names of the bundle's duties.
    private(set) var notify: [String] = []
    private(set) var tell: [String] = []
    private(set) var strikes: [(rule: String, count: Int)] = []
    /// The longest of each, in seconds; 0 for none.
    private(set) var muteSeconds = 0
    private(set) var channelMuteSeconds = 0
    private(set) var banSeconds = 0
    private(set) var channelBanSeconds = 0
    private(set) var preserveSeconds = 0
    private(set) var disconnects = false

    init(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .flag(let name): flags.append(name)
            case .label(let name): labels.append(name)
            case .notify(let name): notify.append(name)
            case .tell(let text): tell.append(text)
            case .strike(let rule, let count): strikes.append((rule, count))
            case .mute(let seconds): muteSeconds = max(muteSeconds, seconds)
            case .channelMute(let seconds): channelMuteSeconds = max(channelMuteSeconds, seconds)
            case .ban(let seconds): banSeconds = max(banSeconds, seconds)
            case .channelBan(let seconds): channelBanSeconds = max(channelBanSeconds, seconds)
            case .preserve(let seconds): preserveSeconds = max(preserveSeconds, seconds)
            case .disconnect: disconnects = true
            }
        }
    }
}

extension Detail {
    /// The consequences that have no event of their own.
    mutating func add(_ consequences: Consequences) {
        codes("flags", consequences.flags)
        codes("labels", consequences.labels)
        codes("notify", consequences.notify)
        if !consequences.tell.isEmpty { number("told", Int64(consequences.tell.count)) }
        if consequences.disconnects { yes("disconnect") }
    }
}
