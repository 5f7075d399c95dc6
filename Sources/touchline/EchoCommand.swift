import ArgumentParser
import HubServer
import NIOCore
import NIOPosix

/// `touchline echo`: the hub's frames without the hub, for conformance suites.
struct EchoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo",
        abstract: "Send every WebSocket message back: on loopback, without token or record.",
        discussion: """
            It has the hub's own opening handshake and frames, and nothing else: for conformance \
            suites such as Autobahn, and for measuring what frames alone cost.

            Example:
              touchline echo --port 9001
            """,
        shouldDisplay: false
    )

    @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
    var port = 0

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        // Autobahn's largest message is 16 MiB.
        try await EchoServer.run(group: group, port: port, messageBytesMax: 16 << 20) {
            Terminal.say("echo on ws://127.0.0.1:\($0)/ — Ctrl-C stops it")
        }
    }
}
