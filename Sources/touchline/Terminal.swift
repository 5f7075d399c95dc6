import Foundation

/// Standard output and error, written whole.
enum Terminal {
    static func say(_ text: String) { write(text + "\n", STDOUT_FILENO) }
    /// Standard output, as it is.
    static func write(_ text: String) { write(text, STDOUT_FILENO) }
    static func write(bytes: UnsafeRawBufferPointer) { write(bytes, STDOUT_FILENO) }
    static func warn(_ text: String) { write(text + "\n", STDERR_FILENO) }

    /// Whether a person reads standard output.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    private static func write(_ text: String, _ descriptor: Int32) {
        Array(text.utf8).withUnsafeBytes { write($0, descriptor) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            // Nobody reads any more: there is nobody to tell.
            guard count > 0 else { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}
