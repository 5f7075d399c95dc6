import ArgumentParser
import PolicyEngine
import PolicyFiles

/// Where the commands that work with policies find them.
enum PolicyPlace {
    /// Compiles the bundle in a folder; its faults are printed, and end the command with 1.
    static func bundle(at folder: String) throws -> Bundle {
        switch PolicyFolder(path: folder).read().flatMap({ Bundle.compile($0) }) {
        case .success(let bundle): return bundle
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
