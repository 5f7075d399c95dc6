package import AuditLog

/// Where a journal lies, whose it is, and how large it may grow.
package struct JournalConfiguration: Sendable {
    /// The folder; made with mode 0700 when only itself is missing.
    package var folder: String
    package var log: Int32
    package var origin: UUID16
    /// This start's generation, as the database gave it.
    package var fence: Int32
    /// A segment's preallocated bytes.
    package var segmentBytes: Int = JournalFormat.segmentBytes
    /// The end of each segment that only last events may use, so that a full journal still takes
    /// them: 4 MiB are more than 10,000 disconnects.
    package var reserveBytes: Int = 4 * 1024 * 1024
    /// All segments together; 16 GiB hold a day of 500 messages a second.
    package var bytesMax: Int64 = 16 * 1024 * 1024 * 1024
    /// How long a segment stays after the database has it: a week of backups.
    package var keepSeconds: Int64 = 7 * 24 * 3600

    package init(folder: String, log: Int32, origin: UUID16, fence: Int32) {
        self.folder = folder
        self.log = log
        self.origin = origin
        self.fence = fence
    }
}
