/// The files of a policy bundle as text.
package struct BundleSource: Sendable {
    /// Path from the bundle's folder (`bundle.yaml`, `rules/…`, `lists/…`), and text.
    package var files: [(path: String, text: String)]
    /// What stands before a path in diagnostics, such as `Policies/`; not part of the digest.
    package var folder: String

    package init(files: [(path: String, text: String)], folder: String = "") {
        self.files = files
        self.folder = folder
    }
}
