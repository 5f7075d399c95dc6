package import ContentMatching
import Foundation
package import PolicyEngine

/// A folder with the files of a policy bundle.
package struct PolicyFolder: Sendable {
    /// The path, as the operator wrote it; diagnostics show it.
    package let path: String
    private let store: (any DatabaseStore)?

    /// - Parameter store: keeps compiled patterns for the next time.
    package init(path: String, store: (any DatabaseStore)? = nil) {
        self.store = store
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// Reads, checks and compiles the bundle.
    package func load() -> Result<PolicyEngine.Bundle, BundleErrors> {
        read().flatMap { PolicyEngine.Bundle.load($0, store: store) }
    }

    /// Reads the files: known ones alone, of bounded size, none from outside the folder.
    ///
    /// Hidden files, editors' backups (`…~`) and `README.md` are passed over.
    package func read() -> Result<BundleSource, BundleErrors> {
        guard let root = BoundedFile.realPath(path) else {
            let message = BoundedFile.reason(errno)
            return .failure(BundleErrors([Diagnostic(file: path, message: message)]))
        }
        guard FileManager.default.fileExists(atPath: "\(root)/bundle.yaml") else {
            let message = "the file is missing: is \(path) a folder of policies?"
            let missing = Diagnostic(file: "\(path)/bundle.yaml", message: message)
            return .failure(BundleErrors([missing]))
        }
        var reading = Reading()
        for folder in [""] + BundleLayout.folders.map({ "\($0)/" }) {
            list(folder, root: root, into: &reading) { file in
                BundleLayout(path: file) == nil ? BundleLayout.refusal : nil
            }
        }
        guard reading.diagnostics.isEmpty else {
            return .failure(BundleErrors(reading.diagnostics))
        }
        return .success(BundleSource(files: reading.files, folder: "\(path)/"))
    }

    /// Reads `corpus/<name>.txt`, the harmless messages kept beside the bundle; none when there are
    /// none. What bounds the files of a bundle bounds these.
    package func readCorpus() -> Result<Corpus, BundleErrors> {
        guard let root = BoundedFile.realPath(path) else {
            let message = BoundedFile.reason(errno)
            return .failure(BundleErrors([Diagnostic(file: path, message: message)]))
        }
        var reading = Reading()
        list("corpus/", root: root, into: &reading) { file in
            file.hasSuffix(".txt") ? nil : "not part of a corpus: it has corpus/<name>.txt"
        }
        guard reading.diagnostics.isEmpty else {
            return .failure(BundleErrors(reading.diagnostics))
        }
        return .success(Corpus(reading.files.map { ("\(path)/\($0.path)", $0.text) }))
    }

    private struct Reading {
        var files: [(path: String, text: String)] = []
        var diagnostics: [Diagnostic] = []
        var byteCount = 0

        mutating func report(_ file: String, _ message: String) {
            diagnostics.append(Diagnostic(file: file, message: message))
        }
    }

    /// - Parameter refusal: what is said of a file that has no place here; nil when it has.
    private func list(
        _ folder: String,
        root: String,
        into reading: inout Reading,
        refusal: (String) -> String?
    ) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
        } catch {
            // Rules and lists may be left out; a folder that is there must be readable.
            if FileManager.default.fileExists(atPath: "\(root)/\(folder)") {
                reading.report("\(path)/\(folder)", "not a folder that can be read")
            }
            return
        }
        for name in names.sorted() where !Self.isPassedOver(name) {
            let file = folder + name
            if folder.isEmpty,
                BundleLayout.folders.contains(name) || BundleLayout.foldersBeside.contains(name)
            {
                continue
            }
            if let refusal = refusal(file) {
                reading.report("\(path)/\(file)", refusal)
                continue
            }
            guard reading.files.count < BundleLayout.filesMax else {
                reading.report(path, "a bundle has at most \(BundleLayout.filesMax) files")
                return
            }
            read(file, root: root, into: &reading)
        }
    }

    private func read(_ file: String, root: String, into reading: inout Reading) {
        let shown = "\(path)/\(file)"
        let bytes: [UInt8]
        do throws(BoundedFile.Refusal) {
            bytes = try BoundedFile.bytes(of: "\(root)/\(file)", within: root)
        } catch {
            return reading.report(shown, error.message)
        }
        reading.byteCount += bytes.count
        guard reading.byteCount <= BundleLayout.bytesMax else {
            return reading.report(path, "the files have over \(BundleLayout.bytesMax) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            return reading.report(shown, "line \(bad + 1) is not valid UTF-8")
        }
        reading.files.append((file, text))
    }

    private static func isPassedOver(_ name: String) -> Bool {
        name.hasPrefix(".") || name.hasSuffix("~") || name == "README.md"
    }
}
