/// Holds a journal's folder for one writer.
final class JournalLock {
    private let file: JournalFile

    /// Takes over a file that is locked already.
    init(file: JournalFile) {
        self.file = file
    }

    // Closing isn't enough: a child between its fork and its exec holds the descriptor too.
    deinit { file.disk.unlock(file.descriptor) }
}
