import ArgumentParser
import Logging

/// The log of a hub: lines on standard error, because standard output belongs to the command.
enum HubLog {
    /// A logger for a whole process.
    static func make(level: Logger.Level) -> Logger {
        var logger = Logger(label: "touchline") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}

extension Logger.Level {
    /// The words that options and settings take.
    static let words = Logger.Level.allCases.map { "\($0)" }

    /// The level that an option names.
    init(word: String) throws {
        guard let level = Logger.Level(rawValue: word) else {
            throw ValidationError(
                "'\(word)' is none of \(Self.words.joined(separator: ", "))."
            )
        }
        self = level
    }
}
