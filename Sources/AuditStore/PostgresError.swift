/// What PostgreSQL, or the way to it, answered instead of a result.
package struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Five characters (PostgreSQL, appendix A); `08006` when the connection broke without one.
    package var sqlState: String
    /// The primary message. May quote a value of the statement, so it is not for logs.
    package var message: String
    /// Where in a script the error is, counted in characters from 1; nil when PostgreSQL named none.
    package var position: Int?
    /// Whether the connection can be used no more.
    package var isConnectionLost: Bool

    package init(
        sqlState: String,
        message: String,
        position: Int? = nil,
        isConnectionLost: Bool = false
    ) {
        self.sqlState = sqlState
        self.message = message
        self.position = position
        self.isConnectionLost = isConnectionLost
    }

    /// Whether the row is at fault and not its surroundings: data exception (22), integrity
    /// constraint (23), a limit of the program (54), or a binary tuple that ends too early (08P01
    /// over a connection that still stands).
    package var isRowFault: Bool {
        guard !isConnectionLost else { return false }
        return ["22", "23", "54"].contains(sqlState.prefix(2)) || sqlState == "08P01"
    }

    /// Safe to log: the message is left out where it may quote data.
    package var description: String {
        isRowFault ? "SQLSTATE \(sqlState)" : "SQLSTATE \(sqlState): \(message)"
    }
}
