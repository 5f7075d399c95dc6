package import AuditLog

/// The record's disposition; the policy engine's has the same numbers.
package typealias Disposition = AuditLog.Disposition
