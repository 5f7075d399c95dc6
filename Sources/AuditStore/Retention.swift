/// Dropping what a recorded run of retention let go.
package enum Retention {
    /// What came of one try.
    package enum Step: Sendable, Equatable {
        /// One partition is gone; a line about it.
        case dropped(String)
        /// A reader or another hub is in the way: try again.
        case isInTheWay
        case nothingLeft
    }

    /// Drops the next partition, in a transaction of its own; a day of events may take minutes.
    package static func pruneNext(_ connection: Postgres) throws -> Step {
        do {
            return try connection.transaction {
                try connection.run("set local statement_timeout = '10min'")
                let dropped = try connection.query("select audit.prune_next()")
                return dropped.isNull(0, 0) ? .nothingLeft : .dropped(dropped.text(0, 0))
            }
        } catch let error as PostgresError where ["55P03", "40P01"].contains(error.sqlState) {
            return .isInTheWay
        }
    }
}
