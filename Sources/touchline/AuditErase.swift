import ArgumentParser
import AuditLog
import AuditStore

/// `touchline audit erase`: forgets a person.
struct AuditErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Forget a person: what they said, their connections, who they are.",
        discussion: """
            The running hub records the erasure as an event, and content and identity go with it, \
            from the database and from what is still on its way there. Events stay: they hold \
            pseudonyms only, so the record's proofs still hold. What is not reached: backups of the \
            database, and kept segments of the journal until they are removed (docs/privacy.md).

            Sessions end, and every token of the person that was issued so far is revoked, so that \
            nothing comes behind the erasure. Remove the account at the issuer first: who connects \
            with a token that is issued later is known again.

            Refused while something is open about the person, unless a named officer overrides, \
            and while they are preserved.

            Exit codes: 0 done, 1 refused, 64 wrong words, 75 no hub took it yet.

            Examples:
              touchline audit erase --database "dbname=touchline user=ann" \\
                --issuer https://id.club.example --sub member-7 --reason "request of 3 May"
              touchline audit erase --database "dbname=touchline user=ann" \\
                --subject 0b6f3c1e-… --reason "left" --override --officer "J. Doe, welfare"
            """
    )

    @OptionGroup var keeper: KeeperOptions
    @OptionGroup var who: SubjectOptions

    @Option(help: "Why: kept with the event, so better without the person's name.")
    var reason: String

    @Flag(help: "Erase although something about the person is open.")
    var override = false

    @Option(help: "Who answers for the override.")
    var officer: String?

    func validate() throws {
        guard override == (officer != nil) else {
            throw ValidationError("--override and --officer go together.")
        }
        if reason.isEmpty { throw ValidationError("--reason says why.") }
    }

    func run() async throws {
        let patience = try keeper.patience()
        try await keeper.run { database in
            guard let subject = try who.pseudonym(database) else {
                throw ValidationError("Whom? Give --subject, or --issuer and --sub.")
            }
            var request = KeeperRequest(kind: .erase, subject: subject)
            request.reason["reason"] = reason
            if let officer {
                request.terms["override"] = 1
                request.reason["officer"] = officer
            }
            let done = try await request.submit(database, wait: patience)
            Terminal.say("\(subject) \(done.outcome); decision \(done.decision).")
        }
    }
}
