import ArgumentParser
import Foundation
import HubCore

/// `touchline chat`: talks in a channel from a terminal or a script.
struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talk in a channel, from a terminal or a script.",
        discussion: """
            Every line is a message. Below it stands the hub's answer: ✓ with the decision's id, or \
            ✗ with the reason. Ctrl-D ends.

            With --json, every message of the hub is printed as it is, one a line; a line that \
            begins with { is sent as it is.

            Examples:
              touchline chat --as cara --channel club:demo:u14
              echo 'Training is at six.' | touchline chat --as cara --channel club:demo:u14
              touchline chat --as Sam --role coach --channel club:demo:u14 --json
              touchline chat --url wss://hub.example/chat --token "$TOKEN" --channel club:a:b
            """
    )

    @Option(name: .customLong("as"), help: "The name to talk as, with a token of `touchline dev`.")
    var name: String?

    @Option(help: "The channel.")
    var channel: String

    @Option(help: "The role with --as: \(DevRole.words).")
    var role: DevRole?

    @Option(help: "The folder of `touchline dev`.")
    var dir = ".touchline"

    @Option(help: "The hub's address; that of `touchline dev` unless given.")
    var url: String?

    @Option(help: "A PEM file with the certificates to trust.")
    var ca: String?

    @Option(help: "A token of your own, instead of --as.")
    var token: String?

    @Flag(help: "Print the hub's messages as JSON, one a line.")
    var json = false

    func validate() throws {
        if name == nil, token == nil {
            throw ValidationError("Say who you are with --as <name> (or bring a --token).")
        }
    }

    func run() async throws {
        let environment = DevEnvironment(directory: dir)
        let target = try target(environment)
        let colours =
            Terminal.isInteractive && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
        let person = try name.map { try DevIdentity(name: $0, role: role).name }
        let options = ChatSession.Options(
            name: person ?? "the token's subject",
            channel: channel,
            isRaw: json,
            isTyped: isatty(STDIN_FILENO) == 1 && !json,
            screen: ChatScreen(colours: colours)
        )
        try await ChatClient.run(target, options)
    }

    private func target(_ environment: DevEnvironment) throws -> ChatTarget {
        let url = try url ?? environment.running().hub
        let token = try token ?? ownToken(environment)
        var target = try ChatTarget(url: url, token: token, trust: ca)
        let own = environment.certificate.authority
        if ca == nil, AddressRange.isLoopback(target.host), access(own, R_OK) == 0 {
            target.trust = own
        }
        return target
    }

    private func ownToken(_ environment: DevEnvironment) throws -> String {
        let identity = try DevIdentity(name: name ?? "", role: role)
        return try identity.token(
            signer: environment.signer(),
            now: Date(),
            lifetime: DevEnvironment.lifetimeMax
        )
    }
}
