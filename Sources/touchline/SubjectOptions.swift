import ArgumentParser
import AuditLog
import AuditStore

/// Whom a command is about: a pseudonym, or the identity that the record knows under one.
struct SubjectOptions: ParsableArguments {
    @Option(help: "The pseudonym, as audit.trail shows it.")
    var subject: String?

    @Option(help: "Instead of a pseudonym: the issuer of the person's tokens, with --sub.")
    var issuer: String?

    @Option(help: "The person's sub at that issuer.")
    var sub: String?

    /// The pseudonym; nil when none of the options was given.
    func pseudonym(_ database: Postgres) throws -> UUID16? {
        if let subject {
            guard issuer == nil, sub == nil else {
                throw ValidationError("Give --subject, or --issuer and --sub, not both.")
            }
            guard let pseudonym = UUID16(parsing: subject) else {
                throw ValidationError("'\(subject)' is no pseudonym: it is a UUID.")
            }
            return pseudonym
        }
        guard let issuer, let sub else {
            if issuer == nil, sub == nil { return nil }
            throw ValidationError("--issuer and --sub go together.")
        }
        let found = try database.query(
            "select pseudonym from audit.subject where issuer = $1 and sub = $2",
            [.text(issuer), .text(sub)]
        )
        guard found.rowCount == 1 else {
            throw CommandFault(
                """
                Nobody with sub '\(sub)' of \(issuer) is in audit.subject: never seen, or erased \
                already. Give the pseudonym with --subject.
                """
            )
        }
        return found.uuid(0, 0)
    }
}
