import ArgumentParser
import Foundation

/// `touchline token`: a token of the development issuer.
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a token that a hub of `touchline dev` takes.",
        discussion: """
            Cara is a coach, Pia a player of 13, Mona a moderator, Olga the operator; any other name \
            is a player unless --role says otherwise.

            Examples:
              touchline token --as cara
              touchline token --as Sam --role coach --ttl 15m
            """
    )

    @Option(name: .customLong("as"), help: "The name of the person.")
    var name: String

    @Option(help: "The role: \(DevRole.words).")
    var role: DevRole?

    @Option(help: "How long the token lives, such as 30s, 15m or 24h (which is the most).")
    var ttl: Lifetime = .init(duration: .seconds(3600))

    @Option(help: "The folder of `touchline dev`.")
    var dir = ".touchline"

    func run() async throws {
        let identity = try DevIdentity(name: name, role: role)
        let signer = try DevEnvironment(directory: dir).signer()
        let token = try identity.token(signer: signer, now: Date(), lifetime: ttl.duration)
        Terminal.say(token)
    }

    /// A time that a token may live.
    struct Lifetime: ExpressibleByArgument, Sendable {
        var duration: Duration

        init(duration: Duration) { self.duration = duration }

        init?(argument: String) {
            guard let duration = Quantity.duration(argument), duration > .zero,
                duration <= DevEnvironment.lifetimeMax
            else { return nil }
            self.duration = duration
        }

        var defaultValueDescription: String { "1h" }
    }
}

extension DevRole: ExpressibleByArgument {
    static let words = allCases.map(\.rawValue).joined(separator: ", ")
}
