import ArgumentParser
import Foundation
import Logging
import PolicyEngine
import PolicyFiles

/// `touchline serve`: a hub in service.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a hub in service, as a configuration file says.",
        discussion: """
            Every setting can be overridden by a variable named after it, such as \
            TOUCHLINE_HUB_PORT for hub.port or TOUCHLINE_DATABASE_CONNECTION for \
            database.connection.

            SIGHUP reads certificate, keys and policies again; certificate and keys are read again \
            by themselves too when their files change. What is not good is said in the log, and \
            what was read before stays in use. Policies that were put in force stay in force over a \
            restart, whatever the folder holds by then: see touchline policy status.

            Examples:
              touchline serve --config /etc/touchline/touchline.yaml --check
              touchline migrate --database "dbname=touchline user=postgres"    # once, and after upgrades
              touchline serve --config /etc/touchline/touchline.yaml
              TOUCHLINE_LOG_LEVEL=debug touchline serve --config touchline.yaml
            """
    )

    @Option(name: [.customLong("config"), .customShort("c")], help: "The configuration file.")
    var config = "touchline.yaml"

    @Flag(help: "Only check the configuration and every file that it names.")
    var check = false

    func run() async throws {
        do {
            let file = try ConfigurationFile.read(path: config)
            try await check ? report(file) : serve(file)
        } catch let errors as BundleErrors {
            // Without the prefix "Error:", which would shift the caret's line.
            Terminal.warn(errors.description)
            throw ExitCode(78)
        } catch let faults as SettingFaults {
            Terminal.warn(faults.description)
            throw ExitCode(78)
        }
    }

    private func report(_ file: ConfigurationFile) throws {
        let bundle = try file.configuration.policies.source.load().get()
        for warning in file.warnings { Terminal.warn("warning: \(warning)") }
        let report = ConfigurationReport(path: config, file: file, bundle: bundle)
        Terminal.say(report.description)
    }

    private func serve(_ file: ConfigurationFile) async throws {
        let logger = HubLog.make(level: file.configuration.log.level)
        for warning in file.warnings { logger.warning("\(warning)") }
        let reloads = ReloadRequests()
        do {
            try await Interruption.cancelling {
                logger.notice("Stopping: members are told, the record is completed.")
            } _: {
                try await runHub(
                    file.configuration,
                    logger: logger,
                    reloads: reloads
                ) { addresses in
                    logger.notice(
                        "The hub is ready.",
                        metadata: [
                            "hub_port": "\(addresses.hubPort)",
                            "console_port": "\(addresses.consolePort)",
                        ]
                    )
                }
            }
        } catch is CancellationError {
            // That is how a hub is meant to end.
        }
    }
}
