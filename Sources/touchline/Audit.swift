import ArgumentParser

/// `touchline audit`: what is done with the record.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work with the record: forget and keep.",
        subcommands: [
            AuditErase.self, AuditPreserve.self, AuditRelease.self, AuditRetain.self,
            AuditPreserved.self, AuditSubject.self,
        ]
    )
}
