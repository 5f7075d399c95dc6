import Foundation

/// A program of the system, run to its end.
struct Program: Sendable {
    /// The file, found and executable.
    let path: String
    /// Words before the caller's own: the program that a wrapper such as `setpriv` starts.
    var leading: [String] = []

    /// What a run left behind.
    struct Outcome: Sendable {
        /// The exit code; 128 and the signal's number when a signal ended it.
        var code: Int32
        /// Standard output and error, as they came.
        var output: String
    }

    /// The program of this name on the `PATH` or in the other folders.
    static func find(_ name: String, also folders: [String] = []) -> Program? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let candidates = path.split(separator: ":").map(String.init) + folders + systemFolders
        return candidates.map { "\($0)/\(name)" }
            .first { access($0, X_OK) == 0 && !isFolder($0) }
            .map { Program(path: $0) }
    }

    /// Runs it in `/`, in a process group of its own (so that Ctrl-C in a terminal doesn't hit it),
    /// without input, and with an environment of nothing but `PATH`, `HOME` and the C locale.
    func run(_ arguments: [String]) async throws(CommandFault) -> Outcome {
        let words = leading + arguments
        let result: Result<Outcome, CommandFault> = await withCheckedContinuation { continuation in
            // A thread may wait for a child; the pool of concurrent tasks may not.
            Thread.detachNewThread { continuation.resume(returning: spawn(words)) }
        }
        return try result.get()
    }

    /// Runs it, and takes any exit code but 0 for a fault that shows what the program said.
    @discardableResult
    func check(_ arguments: [String], _ purpose: String) async throws(CommandFault) -> String {
        let outcome = try await run(arguments)
        guard outcome.code == 0 else {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let said = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
            throw CommandFault("\(purpose) failed: \(name) ended with \(outcome.code):\n\(said)")
        }
        return outcome.output
    }

    private func spawn(_ arguments: [String]) -> Result<Outcome, CommandFault> {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            return .failure(CommandFault("no pipe could be made: \(Self.reason(errno))"))
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var every = sigset_t()
        sigfillset(&every)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &every)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))

        // `env -C` changes the folder: ours may be one that the program's user cannot enter.
        let env = "/usr/bin/env"
        var words = ([env, "-C", "/", path] + arguments).map { strdup($0) } + [nil]
        var environment = Self.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + environment { free(word) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, env, &actions, &attributes, &words, &environment)
        close(ends[1])
        guard code == 0 else {
            return .failure(CommandFault("\(env) could not be started: \(Self.reason(code))"))
        }
        let output = Self.readAll(ends[0])
        return .success(Outcome(code: Self.wait(for: child), output: output))
    }

    private static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        // The layout of a wait status: a signal in the low seven bits, else the code above.
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if bytes.count < outputBytesMax { bytes += buffer[..<count] }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static var environment: [String: String] {
        let own = ProcessInfo.processInfo.environment
        var result = ["LC_ALL": "C", "PATH": systemFolders.joined(separator: ":")]
        if let path = own["PATH"] { result["PATH"] = path }
        if let home = own["HOME"] { result["HOME"] = home }
        return result
    }

    private static let systemFolders = [
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
    ]
    /// More than any of our programs says; the rest is read and left.
    private static let outputBytesMax = 1 << 20
}
