/// A word or phrase of a list.
package struct Term: Hashable, Sendable {
    /// White space in it stands for any run of it.
    package let text: String
    /// As the list's author weighs it; it comes with every hit.
    package let severity: Int
    /// Phrases within which the term is no hit, besides those of its list.
    package let exceptions: [String]

    package init(_ text: String, severity: Int = 1, except exceptions: [String] = []) {
        self.text = text
        self.severity = severity
        self.exceptions = exceptions
    }
}
