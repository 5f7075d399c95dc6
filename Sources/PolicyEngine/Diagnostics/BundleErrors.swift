/// Why a bundle was refused: every fault that was found, by file and line.
package struct BundleErrors: Error, Hashable, Sendable {
    package var diagnostics: [Diagnostic]

    package init(_ diagnostics: [Diagnostic]) {
        self.diagnostics = Set(diagnostics).sorted()
    }
}

extension BundleErrors: CustomStringConvertible {
    package var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
