import ArgumentParser

/// Where a command that works on a stopped hub's record finds it.
struct RecordOptions: ParsableArguments {
    @Option(
        name: [.customLong("config"), .customShort("c")],
        help: "The hub's configuration file."
    )
    var config = "touchline.yaml"

    /// Reads the configuration; what is wrong in it is printed, and the command ends with 78.
    func read() throws -> Configuration {
        do {
            return try ConfigurationFile.read(path: config).configuration
        } catch let faults as SettingFaults {
            // Without the prefix "Error:", which would shift the caret's line.
            Terminal.warn(faults.description)
            throw ExitCode(78)
        }
    }
}
