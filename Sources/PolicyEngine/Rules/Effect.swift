/// What follows from a rule besides its disposition. Effects of all rules that hit add up.
package enum Effect: Hashable, Sendable {
    /// Opens an item in the queue of those who look through messages; the word names the queue.
    case flag(String)
    /// Marks the decision with a word.
    case label(String)
    /// Tells those who are on duty for the channel under this name of the bundle's `notify`.
    case notify(String)
    /// Tells the sender something, beside the answer.
    case tell(String)
    /// Counts against the sender by the rule of this id.
    case strike(rule: String, count: Int)
    /// Refuses the sender's messages for so many seconds.
    case mute(seconds: Int)
    /// The same, only in the channel where it happened.
    case channelMute(seconds: Int)
    /// Closes the sender's connection after the answer.
    case disconnect
    /// Closes the sender's connections and refuses new ones for so many seconds, or until someone
    /// lifts it.
    case ban(seconds: Int)
    /// Takes the sender's sessions out of the channel, and refuses to let them in again for so many
    /// seconds, or until someone lifts it.
    case channelBan(seconds: Int)
    /// Keeps what was said in the channel so many seconds before, and after, from being forgotten.
    case preserve(seconds: Int)
}
