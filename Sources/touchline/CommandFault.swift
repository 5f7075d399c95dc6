/// Why a command could not do what it was asked, and how to mend it.
struct CommandFault: Error, Equatable, CustomStringConvertible {
    /// Sentences for the terminal: what is wrong, then what to do about it.
    let description: String

    init(_ description: String) { self.description = description }
}
