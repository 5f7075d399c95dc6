import ArgumentParser

/// `touchline audit`: what is done with the record.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work with the record: check and export, forget and keep, mend and begin anew.",
        subcommands: [
            AuditVerify.self, AuditProve.self, AuditVerifyReceipt.self, AuditExport.self,
            AuditTail.self, AuditExplain.self, AuditKey.self,
            AuditErase.self, AuditPreserve.self, AuditRelease.self, AuditRetain.self,
            AuditPreserved.self, AuditSubject.self, AuditReship.self, AuditNewLog.self,
        ]
    )
}
