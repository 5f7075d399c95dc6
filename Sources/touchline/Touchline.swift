import ArgumentParser

/// The command's root.
@main
struct Touchline: AsyncParsableCommand {
    /// Of the program; nothing is released yet.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "touchline",
        abstract:
            "A moderated community hub: every message is judged and recorded, then delivered.",
        discussion: """
            Try it on this machine:
              touchline dev                             starts a hub with a database of its own
              touchline chat --as cara --channel club:demo:u14
                                                        talks, in another terminal

            In service:
              touchline migrate --database "dbname=touchline user=postgres"
              touchline serve --config touchline.yaml --check
              touchline serve --config touchline.yaml
            """,
        version: version,
        subcommands: [
            Dev.self, Serve.self, Migrate.self, Chat.self, Token.self, Policy.self,
            Audit.self, EchoCommand.self,
        ]
    )
}
