import Foundation
import Handshake
import Logging
import Testing

@testable import touchline

/// The folder of `touchline dev`: made once, found again, never in the way of the next start.
struct DevEnvironmentTests {
    private static func quiet() -> Logger {
        Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    }

    @Test("keys and certificate are made once, private, and kept")
    func keysAreKept() async throws {
        let folder = try TemporaryFolder()
        let environment = DevEnvironment(directory: folder.path + "/dev")
        try environment.makeFolder()
        try await environment.prepare()
        let files = [
            environment.signingKey, environment.pseudonymKey, environment.certificate.key,
            environment.certificate.certificate, environment.certificate.authority,
        ]
        let before = files.map { FileManager.default.contents(atPath: $0) }
        #expect(before.allSatisfy { $0?.isEmpty == false })
        #expect(before[1]?.count == 32)
        for path in files.prefix(3) {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(path)")
        }
        try environment.makeFolder()
        try await environment.prepare()
        #expect(files.map { FileManager.default.contents(atPath: $0) } == before)
    }

    @Test("a certificate whose key is gone is made anew as a pair")
    func brokenPairIsReplaced() async throws {
        let folder = try TemporaryFolder()
        let first = try await DevCertificate.prepare(in: folder.path)
        #expect(access(first.folder + "/ca-key.pem", F_OK) != 0, "nobody signs with it again")
        let openssl = try #require(Program.find("openssl"))
        let words = ["verify", "-x509_strict", "-verify_hostname", "localhost", "-CAfile"]
        try await openssl.check(words + [first.authority, first.certificate], "Verifying")
        try FileManager.default.removeItem(atPath: first.key)
        try folder.write("tls.new/rubble", "left by a crash")
        let second = try await DevCertificate.prepare(in: folder.path)
        #expect(access(second.key, R_OK) == 0)
        #expect(access(folder.path + "/tls.new", F_OK) != 0)
    }

    @Test("every person's token is taken by the environment's own configuration")
    func tokensAreTaken() async throws {
        let folder = try TemporaryFolder()
        let environment = DevEnvironment(directory: folder.path)
        try await environment.prepare()
        let configuration = environment.configuration(
            port: 0,
            consolePort: 0,
            policies: "Policies",
            database: ""
        )
        let issuers = configuration.issuers.compactMap { $0.tokenIssuer { _, _ in } }
        let verifier = try TokenVerifier(issuers)
        let now = Date()
        for role in DevRole.allCases {
            let identity = try DevIdentity(name: role.rawValue)
            let token = try identity.token(
                signer: environment.signer(),
                now: now,
                lifetime: DevEnvironment.lifetimeMax
            )
            let principal = try verifier.verify(token, at: now.timeIntervalSince1970).get()
            #expect(principal.name == role.person)
            #expect(principal.roles == [role.rawValue])
            #expect(principal.age(at: now.timeIntervalSince1970) == role.age)
            #expect(principal.isMinor(at: now.timeIntervalSince1970) == (role == .player))
        }
    }

    @Test(
        "a name stands for a role, or for a player",
        arguments: [
            ("cara", "Cara", DevRole.coach), ("COACH", "Cara", .coach), ("Pia", "Pia", .player),
            ("moderator", "Mona", .moderator), ("Sam", "Sam", .player),
        ]
    )
    func namesStandForRoles(word: String, name: String, role: DevRole) throws {
        let identity = try DevIdentity(name: word)
        #expect(identity.name == name)
        #expect(identity.role == role)
        #expect(try DevIdentity(name: word, role: .coach).role == .coach)
    }

    @Test("a player is 13 on every day of four years")
    func playersStayThirteen() throws {
        let player = try DevIdentity(name: "Pia")
        for day in 0..<1461 {
            let now = Date(timeIntervalSince1970: 1_767_225_600 + Double(day) * 86_400)
            let birth = try #require(Birthdate(parsing: player.birthdate(at: now)))
            #expect(birth.age(at: now.timeIntervalSince1970) == 13, "\(now)")
        }
    }

    @Test("a folder in use is refused with its holder's pid, and free again afterwards")
    func folderIsLocked() throws {
        let folder = try TemporaryFolder()
        var first: FolderLock? = try FolderLock(folder: folder.path)
        do {
            _ = try FolderLock(folder: folder.path)
            Issue.record("two held one folder")
        } catch {
            #expect(error.description.contains("(pid \(getpid()))"))
        }
        withExtendedLifetime(first) {}
        first = nil
        _ = try FolderLock(folder: folder.path)
    }

    @Test("a database is made, keeps its rows over a stop, and survives its hub's crash")
    func databaseLives() async throws {
        let folder = try TemporaryFolder()
        let psql = try #require(Program.find("psql"))
        func query(_ postgres: PrivatePostgres, _ sql: String) async throws -> String {
            try await psql.check(["-X", "-qAt", "-d", postgres.connection, "-c", sql], "A query")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }

        let first = try await PrivatePostgres.start(for: folder.path, logger: Self.quiet())
        #expect(first.connection.utf8.count < 160)
        #expect(try await query(first, "show server_encoding") == "UTF8")
        #expect(try await query(first, "show listen_addresses") == "")
        _ = try await query(first, "create table t as select 7 as n")
        let began = try await query(first, beginning)
        // A hub that crashed has not stopped it: the next start finds it running.
        let second = try await PrivatePostgres.start(for: folder.path, logger: Self.quiet())
        #expect(try await query(second, beginning) == began)
        try await second.stop()
        #expect(access(second.folder + "/data/postmaster.pid", F_OK) != 0)

        // A number that another process has by now, as after a container's restart.
        let lock = second.folder + "/data/postmaster.pid"
        try Data("\(getpid())\n\(second.folder)/data\n0\n5432\n/tmp\n\n0 0\n".utf8)
            .write(to: URL(filePath: lock))
        let third = try await PrivatePostgres.start(for: folder.path, logger: Self.quiet())
        #expect(try await query(third, "select n from t") == "7")
        try await third.stop()
        try? FileManager.default.removeItem(atPath: third.folder)
    }

    private let beginning = "select pg_postmaster_start_time()"
}
