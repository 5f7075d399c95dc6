import Foundation

/// Standard output and error, written whole.
enum Terminal {
    static func say(_ text: String) { write(text + "\n", STDOUT_FILENO) }
    /// Standard output, as it is.
    static func write(_ text: String) { write(text, STDOUT_FILENO) }
    /// The same for what is of no use when a part of it is missing.
    ///
    /// - Throws: `CommandFault` when not all could be written, as on a full disk.
    static func write(all bytes: UnsafeRawBufferPointer) throws {
        guard write(bytes, STDOUT_FILENO) else {
            let why = String(cString: strerror(errno))
            throw CommandFault("Standard output cannot be written: \(why). It is not complete.")
        }
    }
    static func warn(_ text: String) { write(text + "\n", STDERR_FILENO) }

    /// Whether a person reads standard output.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    private static func write(_ text: String, _ descriptor: Int32) {
        _ = Array(text.utf8).withUnsafeBytes { write($0, descriptor) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            // When nobody reads any more, there is nobody to tell.
            guard count > 0 else { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return true
    }
}
