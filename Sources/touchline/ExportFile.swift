import AuditLog
import Foundation

/// An export on disk, read line by line.
struct ExportFile {
    let path: String

    /// The longest line: content of 4 MiB, in hexadecimal, and room.
    private static let lineBytesMax = 32 << 20
    private static let progressEvery: Int64 = 4096

    /// Checks it, prints what was found, and ends with the exit code of that.
    func verify(_ trusted: [NoteVerifier]) throws {
        guard let file = fopen(path, "r") else { throw CommandFault("\(path) cannot be read.") }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        func next() throws -> UnsafeRawBufferPointer? {
            let count = getline(&line, &capacity, file)
            guard count > 0 else { return nil }
            guard count <= Self.lineBytesMax else {
                throw CommandFault("\(path): a line is too long.")
            }
            let hasBreak = line?[count - 1] == 0x0A
            return UnsafeRawBufferPointer(start: line, count: hasBreak ? count - 1 : count)
        }
        do {
            guard let first = try next() else { throw ExportReader.NotAnExport() }
            let origin = try ExportReader.origin(of: first)
            guard let keys = LogKeys(trusted, of: origin) else {
                throw CommandFault(
                    "\(path) is of \(SafeText.line(origin)); give that log's public key with --key."
                )
            }
            var reader = try ExportReader(first: first, keys: keys)
            let meter = ProgressMeter(path)
            while let line = try next() {
                reader.take(line)
                if reader.check.lastSeq % Self.progressEvery == 0 {
                    meter.reached(reader.check.lastSeq)
                }
            }
            meter.end(reader.check.lastSeq)
            reader.finish()
            let report = VerifyReport(reader)
            report.print()
            try CheckExit.end(with: [report.verdict])
        } catch is ExportReader.NotAnExport {
            throw CommandFault("\(path): its first line is not that of an NDJSON export.")
        }
    }
}
