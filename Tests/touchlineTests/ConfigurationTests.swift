import Foundation
import Handshake
import HubCore
import Logging
import Testing

@testable import touchline

/// What `touchline.yaml` may say, and how it is told what it may not.
struct ConfigurationTests {
    static let good = """
        hub:
          host: 127.0.0.1
          port: 9443
          plain: true
          origins: [https://club.example]
          proxies:
            - 10.0.0.0/8
        console: {port: 0}
        issuers:
          - issuer: https://id.example
            audience: hub
            max_lifetime: 1h30m
            leeway: 10s
            keys:
              - {pem: keys/id.pem, kid: a, alg: ES256}
            claims: {role: /realm_access/roles}
        journal: {folder: journal, size_limit: 2GiB}
        database: {connection: host=/run/postgresql dbname=hub}
        policies: {folder: Policies, watch: false}
        keys: {pseudonym: pseudonym.key, checkpoint: checkpoint.pem}
        log: {level: notice}
        """

    private func read(
        _ text: String,
        _ environment: [String: String] = [:]
    ) -> (Configuration, [String]) {
        let file = SettingFile(
            path: "/etc/hub/touchline.yaml",
            text: text,
            environment: environment,
            shape: .configuration
        )
        var reader = ConfigurationReader(file)
        let configuration = reader.configuration()
        return (configuration, reader.faults.map(\.description))
    }

    @Test("a whole configuration is read, with paths from its own folder")
    func wholeConfigurationIsRead() throws {
        let (configuration, faults) = read(Self.good)
        #expect(faults == [])
        #expect(configuration.hub.port == 9443)
        #expect(configuration.hub.tls == nil)
        #expect(configuration.hub.proxies.map(\.description) == ["10.0.0.0/8"])
        #expect(configuration.console.port == 0)
        #expect(configuration.console.host == "127.0.0.1")
        let issuer = try #require(configuration.issuers.first)
        #expect(issuer.audiences == ["hub"])
        #expect(issuer.maxLifetime == .seconds(5400))
        #expect(issuer.leeway == .seconds(10))
        #expect(issuer.claims.roles == "/realm_access/roles")
        #expect(issuer.claims.name == "name")
        #expect(issuer.keys.first?.path == "/etc/hub/keys/id.pem")
        #expect(issuer.keys.first?.algorithm == .es256)
        #expect(configuration.journal.folder == "/etc/hub/journal")
        #expect(configuration.journal.sizeLimit == 2 << 30)
        #expect(configuration.database.connection == "host=/run/postgresql dbname=hub")
        #expect(configuration.log.level == .notice)
    }

    @Test("where an issuer publishes its keys is read, beside files")
    func keyAddressIsRead() throws {
        let address = """
            {pem: keys/id.pem, kid: a, alg: ES256}
                  - jwks_url: https://id.example/jwks
                    ca: keys/ca.pem
                    allow_private: true
                    alg: RS256
                  - jwks_url: https://id.example/more
            """
        let (configuration, faults) = read(
            Self.good.replacing("{pem: keys/id.pem, kid: a, alg: ES256}", with: address)
        )
        #expect(faults == [])
        let issuer = try #require(configuration.issuers.first)
        #expect(issuer.keys.count == 1)
        let first = Configuration.KeyAddress(
            url: "https://id.example/jwks",
            ca: "/etc/hub/keys/ca.pem",
            allowsPrivate: true,
            algorithm: .rs256
        )
        #expect(issuer.keyAddresses == [first, .init(url: "https://id.example/more")])
        let twice = address.replacing("/more", with: "/jwks")
        let (_, told) = read(
            Self.good.replacing("{pem: keys/id.pem, kid: a, alg: ES256}", with: twice)
        )
        #expect(told.count == 1 && told[0].contains("has this address twice"), "\(told)")
    }

    @Test("an unknown key is shown with its place, its line, a caret and the likely word")
    func unknownKeyIsShown() {
        let (_, faults) = read(
            Self.good.replacingOccurrences(of: "  port: 9443", with: "  prot: 1")
        )
        #expect(
            faults == [
                """
                /etc/hub/touchline.yaml:3:3: unknown key 'prot' in hub (did you mean 'port'?)
                  prot: 1
                  ^
                """
            ]
        )
    }

    @Test(
        "what is wrong is refused where it stands",
        arguments: [
            ("port: 9443", "port: 99999", ":3:9: port is a whole number from 0 to 65535"),
            ("port: 9443", "port: [1]", ":3:9: port is a single value"),
            ("plain: true", "plain: yes", ":4:10: plain is one of false, true, not 'yes'"),
            ("10.0.0.0/8", "10.0.0.1/8", ":7:7: '10.0.0.1/8' is no address range"),
            ("https://club.example", "club.example", "'club.example' is no origin"),
            ("1h30m", "90", ":12:19: max_lifetime is a time such as"),
            ("ES256", "ES265", "(did you mean 'ES256'?)"),
            ("pem: keys/id.pem", "pem: a, jwks: b", ":15:9: a key is one of jwks"),
            ("pem: keys/id.pem", "pem: a, jwks_url: 'https://b'", ":15:9: a key is one of jwks"),
            ("pem: keys/id.pem", "jwks_url: 'https://b'", "the keys of a jwks name theirs"),
            ("{pem: keys/id.pem, kid: a", "{jwks_url: 'http://b'", "from an https:// address"),
            ("{pem: keys/id.pem, kid: a", "{jwks_url: b", "from an https:// address"),
            ("{pem: keys/id.pem, kid: a", "{jwks_url: 'https://'", "from an https:// address"),
            (
                "{pem: keys/id.pem, kid: a", "{jwks_url: 'https://b/#c'",
                ":15:20: the address of a key"
            ),
            ("{pem: keys/id.pem, kid: a", "{jwks_url: ''", "the key needs jwks_url"),
            (
                "pem: keys/id.pem, kid: a, alg: ES256", "jwks_url: 'https://b', alg: HS256",
                "is none"
            ),
            ("alg: ES256", "alg: ES256, allow_private: true", "allow_private goes with a jwks_url"),
            ("alg: ES256", "alg: ES256, ca: a.pem", "ca goes with a jwks_url"),
            ("{folder: journal, ", "{folder: , ", "journal needs folder"),
            ("2GiB", "2 potatoes", "size_limit is a size such as 512MiB"),
            ("level: notice", "level: loud", "level is one of"),
            ("audience: hub", "audience: []", "the issuer needs an audience"),
            ("host: 127.0.0.1", "host: 127.0.0.1\n  host: ::1", "a key is written twice: 'host'"),
            ("hub:", "hub: [", "this is not YAML"),
        ]
    )
    func wrongIsRefused(what: String, with: String, message: String) {
        let (_, faults) = read(Self.good.replacingOccurrences(of: what, with: with))
        #expect(faults.contains { $0.contains(message) }, "\(faults)")
    }

    @Test("plain ws:// is refused but on loopback or behind declared proxies")
    func plainIsRefused() {
        let open = Self.good.replacingOccurrences(of: "host: 127.0.0.1", with: "host: 0.0.0.0")
        #expect(read(open).1 == [])
        let bare = open.replacingOccurrences(of: "  proxies:\n    - 10.0.0.0/8\n", with: "")
        #expect(read(bare).1.first?.contains("plain ws:// is for loopback") == true)
        let unsaid = Self.good.replacingOccurrences(of: "  plain: true\n", with: "")
        #expect(read(unsaid).1.first?.contains("hub needs tls") == true)
    }

    @Test("the environment overrides the file")
    func environmentOverrides() {
        let (configuration, faults) = read(
            Self.good,
            [
                "TOUCHLINE_HUB_PORT": "1234", "TOUCHLINE_HUB_ORIGINS": "https://a.b, https://c.d",
                "TOUCHLINE_JOURNAL_SIZE_LIMIT": "1GiB", "TOUCHLINE_LOG_LEVEL": "debug",
                "HOME": "/nowhere", "TOUCHLINE": "elsewhere",
            ]
        )
        #expect(faults == [])
        #expect(configuration.hub.port == 1234)
        #expect(configuration.hub.origins == ["https://a.b", "https://c.d"])
        #expect(configuration.journal.sizeLimit == 1 << 30)
        #expect(configuration.log.level == .debug)
    }

    /// The page that has all keys.
    private func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appending(path: "docs/configuration.md"),
            encoding: .utf8
        )
    }

    @Test("the page's table has every key, once, and no other")
    func everyKeyIsDocumented() throws {
        let table = try #require(page().components(separatedBy: "## Every key").last)
        let section = try #require(table.components(separatedBy: "\n## ").first)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let documented = rows.map { String($0.split(separator: "`")[1]) }
        let known = Self.keys(of: .configuration, "")
        #expect(documented.sorted() == known.sorted())
    }

    private static func keys(of shape: SettingShape, _ path: String) -> [String] {
        switch shape {
        case .text, .texts: [path]
        case .records(let members): keys(of: .section(members), path + "[]")
        case .section(let members):
            members.flatMap { keys(of: $1, path.isEmpty ? $0 : path + "." + $0) }
        }
    }

    @Test("the configuration in docs/configuration.md is a good one, and shows the default values")
    func documentedConfigurationIsGood() throws {
        let page = try page()
        let block = try #require(page.components(separatedBy: "```yaml\n").last)
        let text = try #require(block.components(separatedBy: "```").first)
        let (configuration, faults) = read(text)
        #expect(faults == [])
        let unset = Configuration()
        #expect(configuration.hub.host == unset.hub.host)
        #expect(configuration.hub.port == unset.hub.port)
        #expect(configuration.console.host == unset.console.host)
        #expect(configuration.console.port == unset.console.port)
        #expect(configuration.journal.sizeLimit == unset.journal.sizeLimit)
        #expect(configuration.policies.watch == unset.policies.watch)
        #expect(configuration.log.level == unset.log.level)
    }

    @Test("a section that the file leaves out can come from the environment alone")
    func sectionFromEnvironment() {
        let text = Self.good.replacingOccurrences(
            of: "database: {connection: host=/run/postgresql dbname=hub}\n",
            with: ""
        )
        #expect(read(text).1.contains { $0.contains("database needs connection") })
        let (configuration, faults) = read(text, ["TOUCHLINE_DATABASE_CONNECTION": "dbname=x"])
        #expect(faults == [])
        #expect(configuration.database.connection == "dbname=x")
    }

    @Test("a wrong or unknown variable is refused by its name")
    func wrongVariableIsRefused() {
        let (_, faults) = read(
            Self.good,
            ["TOUCHLINE_HUB_PROT": "1", "TOUCHLINE_CONSOLE_PORT": "http"]
        )
        #expect(faults.contains { $0.hasPrefix("TOUCHLINE_HUB_PROT: no setting has this") })
        #expect(faults.contains { $0.contains("did you mean 'TOUCHLINE_HUB_PORT'?") })
        #expect(faults.contains { $0.hasPrefix("TOUCHLINE_CONSOLE_PORT: port is a whole number") })
    }

    @Test("no text makes the reader crash, and none but a good one is taken")
    func noTextCrashes() {
        var random = SeededRandom(state: 20)
        let lines = Self.good.split(separator: "\n").map(String.init)
        for _ in 0..<300 {
            var changed = lines
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: changed.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: changed.remove(at: index)
                case 1: changed[index] = String(changed[index].reversed())
                case 2: changed[index] = "  " + changed[index]
                default: changed.swapAt(index, Int.random(in: changed.indices, using: &random))
                }
            }
            _ = read(changed.joined(separator: "\n"))
        }
        for text in ["", "7", "- 1", "{}", "a: &x [*x]", "\u{0}", "? [a]\n: b", "---\n---\n"] {
            #expect(!read(text).1.isEmpty, "\(text) is no configuration")
        }
    }

    @Test("aliases of aliases don't grow without end")
    func aliasesDontGrow() {
        var text = "a: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let names = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "b\(level): &a\(level) [\(names)]\n"
        }
        #expect(read(text).1.contains { $0.contains("too much to be settings") })
    }
}

/// A small generator with a seed (xorshift64*), so that a failure comes again.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}
