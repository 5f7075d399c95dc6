import Foundation
import Glibc

/// What this process takes of the machine, as Linux tells it.
struct ProcessUse {
    /// Seconds on a processor, in user and kernel mode.
    var cpuSeconds: Double
    /// Bytes in memory; nil where there is no `/proc`.
    var residentBytes: Int?
    /// Unix time of the process's start; nil where there is no `/proc`.
    var startedAt: Double?
    /// File descriptors in use, and allowed; nil where there is no `/proc`.
    var openFiles: Int?
    var openFilesMax: Int?

    static func now() -> ProcessUse {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return ProcessUse(
            cpuSeconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9,
            residentBytes: field(1, of: "/proc/self/statm").map { $0 * Int(getpagesize()) },
            startedAt: startedAt(),
            openFiles: try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count,
            openFilesMax: field(0, of: "/proc/self/limits", behind: "Max open files")
        )
    }

    /// The start is told in ticks since the machine's (proc(5), field 22 of `stat`).
    private static func startedAt() -> Double? {
        guard let ticks = field(19, of: "/proc/self/stat", behind: ") ") else { return nil }
        var up = timespec()
        var wall = timespec()
        clock_gettime(CLOCK_BOOTTIME, &up)
        clock_gettime(CLOCK_REALTIME, &wall)
        let boot = Double(wall.tv_sec - up.tv_sec) + Double(wall.tv_nsec - up.tv_nsec) / 1e9
        return boot + Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A number among the words of a file, counted from 0 behind the last `mark`.
    private static func field(_ index: Int, of path: String, behind mark: String? = nil) -> Int? {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return nil }
        var text = String(decoding: data, as: UTF8.self)[...]
        if let mark, let place = text.range(of: mark, options: .backwards) {
            text = text[place.upperBound...]
        }
        let words = text.split { $0 == " " || $0 == "\n" }
        return words.indices.contains(index) ? Int(words[index]) : nil
    }
}
