import ArgumentParser
import PolicyEngine
import PolicyFiles

/// Where the commands that work with policies find them.
enum PolicyPlace {
    /// Compiles the bundle in a folder; its faults are printed, and end the command with 1.
    static func bundle(at folder: String) throws -> Bundle {
        try good(PolicyFolder(path: folder).read().flatMap { Bundle.compile($0) }, folder)
    }

    /// Reads the harmless messages beside the bundle in a folder, in the same way.
    static func corpus(at folder: String) throws -> Corpus {
        try good(PolicyFolder(path: folder).readCorpus(), folder)
    }

    private static func good<Value>(
        _ result: Result<Value, BundleErrors>,
        _ folder: String
    ) throws -> Value {
        switch result {
        case .success(let value): return value
        case .failure(let errors):
            // Without the prefix "Error:", which would shift the caret's line.
            Terminal.warn("\(errors)")
            Terminal.say("\(folder) is refused: \(errors.faults)")
            throw ExitCode.failure
        }
    }
}

extension Diagnostic {
    /// The same, told as a warning.
    var asWarning: Diagnostic { saying("warning: \(message)") }
}
