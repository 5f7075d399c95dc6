import ArgumentParser
import AuditLog
import AuditStore
import Foundation

/// `touchline audit prove`: a receipt for one event.
struct AuditProve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write a receipt: that one event is in the record, to be checked anywhere.",
        discussion: """
            The receipt (C2SP tlog-proof) holds the event as it was recorded, its inclusion proof and \
            the newest signed checkpoint; no content and no names. `verify-receipt` checks it.

            Exit codes: 0 written, 1 the record was tampered with, 2 there is no receipt (yet), \
            64 wrong words.

            Examples:
              touchline audit prove 1-4711 --config touchline.yaml > 1-4711.tlog-proof
              touchline audit verify-receipt 1-4711.tlog-proof --key hub.vkey
            """
    )

    @OptionGroup var record: PlaceOptions
    @OptionGroup var keys: PublicKeys

    @Argument(help: "The decision, <log>-<seq>.")
    var decision: KeeperRequest.Decision

    func run() async throws {
        try CheckExit.run {
            let place = try record.place()
            let database = try Postgres(
                connecting: try place.connection(),
                application: "touchline audit prove"
            )
            let logs = try RecordAudit.logs(database)
            guard let log = logs.first(where: { $0.number == decision.log }) else {
                throw CommandFault("This database has no log \(decision.log).")
            }
            let keys = try keys.keys(of: log.origin, at: place)
            let receipt: Receipt
            do {
                receipt = try ReceiptMaker(database, log: decision.log).receipt(of: decision.seq)
            } catch let fault as ReceiptMaker.Fault {
                throw CommandFault("No receipt for \(decision): \(fault).")
            }
            do {
                _ = try receipt.check(keys)
            } catch {
                Terminal.warn(
                    "TAMPERED: \(decision) is not what was signed. See `touchline audit verify`."
                )
                throw CheckExit.tampered
            }
            Terminal.write(receipt.text)
        }
    }
}

/// `touchline audit verify-receipt`: checks one without the record.
struct AuditVerifyReceipt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-receipt",
        abstract: "Check a receipt, without database or network, and show its event.",
        discussion: """
            Exit codes: 0 the event is in that log, 1 the receipt proves nothing, 2 it could not be \
            checked, 64 wrong words.

            Examples:
              touchline audit verify-receipt 1-4711.tlog-proof --key hub.vkey
            """
    )

    @OptionGroup var keys: PublicKeys

    @Argument(help: "The receipt's file.")
    var file: String

    func run() async throws {
        try CheckExit.run {
            let trusted = try keys.verifiers()
            guard !trusted.isEmpty else {
                throw CommandFault("Whose log? Give its public key with --key.")
            }
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFault("\(file) cannot be read.")
            }
            do {
                guard let text = String(data: data, encoding: .utf8) else {
                    throw ReceiptFault.malformed("it is not UTF-8")
                }
                let receipt = try Receipt(parsing: text)
                let checkpoint = try receipt.check(Self.keys(for: receipt, of: trusted))
                Terminal.say(Self.shown(receipt, checkpoint))
            } catch let fault as ReceiptFault {
                Terminal.say("WORTHLESS: \(file): \(fault)")
                throw CheckExit.tampered
            }
        }
    }

    /// The keys under whose name the receipt's checkpoint stands, or the first, which will refuse it.
    private static func keys(for receipt: Receipt, of trusted: [NoteVerifier]) -> LogKeys {
        let names = (try? SignedNote(parsing: receipt.note))?.signatures.map(\.name) ?? []
        return names.lazy.compactMap { LogKeys(trusted, of: $0) }.first ?? LogKeys(trusted[0])
    }

    private static func shown(_ receipt: Receipt, _ checkpoint: Checkpoint) -> String {
        let fields = EventFields(receipt.tuple)
        let lines = fields?.readable.map { "  \($0.name): \(SafeText.line($0.text))" } ?? []
        let name = "\(fields?.log ?? 0)-\(receipt.index + 1)"
        return
            (["GENUINE: \(name) is in \(checkpoint.origin), of \(checkpoint.size) events"] + lines)
            .joined(separator: "\n")
    }
}
