/// A word or phrase of a list, as it is looked for.
package struct Term: Sendable {
    let text: String
    /// Phrases within which the term is no hit.
    let exceptions: [String]
    let folds: FoldSet

    /// Refused: what the folds leave nothing of. White space in it stands for any run of it.
    package init(
        _ text: String,
        except exceptions: [String],
        folds: FoldSet
    ) throws(ExpressionError) {
        self.text = text
        self.exceptions = exceptions
        self.folds = folds
        guard FoldedTerm(text, folds).isEmpty else { return }
        throw ExpressionError(message: "its folds leave nothing of the term '\(text)'")
    }
}
