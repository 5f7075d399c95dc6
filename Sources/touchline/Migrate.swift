import ArgumentParser
import AuditStore

/// `touchline migrate`: brings a database to the schema that this version needs.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring a database to the schema that this version of the hub needs.",
        discussion: """
            Applies what the database lacks, each file in a transaction of its own; a second run \
            changes nothing. The first run makes the roles too, so a superuser does it; later ones \
            need a member of touchline_migrate. The hub itself needs no more than touchline_server.

            Other users of the machine can see a command's words: keep the password in ~/.pgpass \
            or PGPASSWORD.

            Examples:
              touchline migrate --database "host=db.internal dbname=touchline user=postgres"
              touchline migrate --check --database "dbname=touchline user=hub"
            """
    )

    @Option(help: "libpq's connection string or URI of the database.")
    var database: String

    @Flag(help: "Only say what is missing: ends with 1 when something is.")
    var check = false

    func run() async throws {
        do {
            let connection = try Postgres(connecting: database, application: "touchline migrate")
            if check {
                try Migrations.check(connection, files: Schema.files)
                return Terminal.say("The database has all that this version needs.")
            }
            let applied = try Migrations.apply(connection, files: Schema.files)
            for name in applied { Terminal.say("Applied sql/\(name).") }
            if applied.isEmpty { Terminal.say("The database had all that this version needs.") }
        } catch let error as MigrationError {
            throw CommandFault(error.description)
        } catch let error as PostgresError {
            throw CommandFault(error.description)
        }
    }
}
