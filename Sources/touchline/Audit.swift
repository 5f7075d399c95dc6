import ArgumentParser

/// `touchline audit`: what is done with the record.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work with the record: forget and keep, mend and begin anew.",
        subcommands: [
            AuditErase.self, AuditPreserve.self, AuditRelease.self, AuditRetain.self,
            AuditPreserved.self, AuditSubject.self, AuditReship.self, AuditNewLog.self,
        ]
    )
}
