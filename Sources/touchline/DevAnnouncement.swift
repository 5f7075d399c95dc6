import Foundation

/// What `dev` says when its hub is ready: to a person, to a script, and to `chat` in another
/// terminal.
struct DevAnnouncement: Sendable {
    let environment: DevEnvironment
    /// The folder of the policies.
    let policies: String

    /// The line of JSON.
    struct Line: Codable, Hashable, Sendable {
        var hub: String
        var console: String
        var database: String
        var ca: String
        var issuer: String
        var audience: String
        var signingKey: String
        var channel: String
        /// By role.
        var tokens: [String: String]

        private enum CodingKeys: String, CodingKey {
            case hub, console, database, ca, issuer, audience, channel, tokens
            case signingKey = "signing_key"
        }
    }

    func publish(
        _ addresses: HubAddresses,
        _ postgres: PrivatePostgres,
        asJSON: Bool
    ) throws {
        let line = try line(addresses, postgres.connection)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = try encoder.encode(line)
        try PrivateFile.write(Array(json) + [0x0A], to: environment.addresses)
        Terminal.say(asJSON ? String(decoding: json, as: UTF8.self) : banner(line, postgres))
    }

    private func line(_ addresses: HubAddresses, _ database: String) throws -> Line {
        let signer = try environment.signer()
        let now = Date()
        var tokens: [String: String] = [:]
        for role in DevRole.allCases {
            let identity = try DevIdentity(name: role.person, role: role)
            tokens[role.rawValue] = try identity.token(
                signer: signer,
                now: now,
                lifetime: DevEnvironment.lifetimeMax
            )
        }
        return Line(
            hub: "wss://localhost:\(addresses.hubPort)/chat",
            console: "http://127.0.0.1:\(addresses.consolePort)",
            database: database,
            ca: environment.certificate.authority,
            issuer: DevEnvironment.issuer,
            audience: DevEnvironment.audience,
            signingKey: environment.signingKey,
            channel: DevEnvironment.channel,
            tokens: tokens
        )
    }

    private func banner(_ line: Line, _ postgres: PrivatePostgres) -> String {
        let option = environment.isDefault ? "" : " --dir \(Self.quoted(environment.folder))"
        let command = Self.quoted(CommandLine.arguments.first ?? "touchline")
        let chats = DevRole.members.map { role in
            let name = role.person.lowercased()
            let age = role == .player ? ", \(role.age) years old" : ""
            return "  \(command) chat --as \(name) --channel \(line.channel)\(option)"
                + "   # \(role.rawValue)\(age)"
        }
        return """
            The hub is ready.

              hub       \(line.hub)   (trust \(line.ca))
              console   \(line.console)/readyz   also /livez, /metrics
              policies  \(policies)   (an edit counts from the next message)
              record    psql "\(line.database)"
              data      \(environment.folder)   (database: \(postgres.folder))

            Talk, each in a terminal of its own:
            \(chats.joined(separator: "\n"))

            A token for another client, and what the hub tells its operator (docs/operators.md):
              \(command) token --as cara\(option)
              curl -H "Authorization: Bearer $(\(command) token --as olga\(option))" \(line.console)/api/v1/sessions

            Ctrl-C stops the hub and its database.
            """
    }

    /// A word as a shell reads it back.
    private static func quoted(_ word: String) -> String {
        let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "/._-+:@%".contains($0) }
        return plain && !word.isEmpty
            ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

extension DevEnvironment {
    /// Whether this is the folder that every command takes without --dir.
    var isDefault: Bool { folder == DevEnvironment(directory: ".touchline").folder }

    /// What the running hub says of itself.
    func running() throws(CommandFault) -> DevAnnouncement.Line {
        guard let data = FileManager.default.contents(atPath: addresses),
            let line = try? JSONDecoder().decode(DevAnnouncement.Line.self, from: data)
        else {
            throw CommandFault(
                "no hub runs in \(folder). Start one with `touchline dev` in another terminal, or"
                    + " name its folder with --dir."
            )
        }
        return line
    }
}
