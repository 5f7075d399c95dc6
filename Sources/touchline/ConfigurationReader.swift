import Foundation
import Handshake
import HubCore
import Logging
import Spelling

/// Turns settings into a `Configuration`, and gathers everything that is wrong with them.
struct ConfigurationReader {
    private let file: SettingFile
    /// The folder that relative paths begin at: the file's own.
    private let base: URL
    private(set) var faults: [SettingFault]
    /// Where each file name was written, for faults found inside those files.
    private(set) var places: [String: SettingPlace] = [:]

    init(_ file: SettingFile) {
        self.file = file
        base = URL(filePath: file.path).absoluteURL.deletingLastPathComponent()
        faults = file.faults
    }

    /// Reads everything; the result counts only when `faults` stays empty.
    mutating func configuration() -> Configuration {
        var result = Configuration()
        let root = file.root
        readHub(Self.member("hub", of: root), &result.hub)
        readLimits(Self.member("limits", of: root), &result.limits)
        let console = Self.member("console", of: root)
        result.console.host = text("host", of: console) ?? result.console.host
        result.console.port = integer("port", of: console, 0...65_535) ?? result.console.port
        result.issuers = readIssuers(root)
        let journal = Self.member("journal", of: root)
        result.journal.folder = requiredPath("folder", of: journal, "journal")
        result.journal.sizeLimit = bytes("size_limit", of: journal) ?? result.journal.sizeLimit
        result.journal.keep = duration("keep", of: journal) ?? result.journal.keep
        let database = Self.member("database", of: root)
        result.database.connection = required("connection", of: database, "database")
        let policies = Self.member("policies", of: root)
        result.policies.folder = requiredPath("folder", of: policies, "policies")
        if text("cache", of: policies) != nil {
            result.policies.cache = requiredPath("cache", of: policies, "policies")
        }
        result.policies.watch = flag("watch", of: policies) ?? result.policies.watch
        let keys = Self.member("keys", of: root)
        result.keys.pseudonym = requiredPath("pseudonym", of: keys, "keys")
        result.keys.checkpoint = requiredPath("checkpoint", of: keys, "keys")
        readCheckpoints(Self.member("checkpoints", of: root), &result.checkpoints)
        let levels = Dictionary(uniqueKeysWithValues: Logger.Level.allCases.map { ("\($0)", $0) })
        let log = Self.member("log", of: root)
        result.log.level = choice("level", of: log, levels) ?? result.log.level
        return result
    }

    private mutating func readHub(_ section: Setting?, _ hub: inout Configuration.Hub) {
        hub.host = text("host", of: section) ?? hub.host
        hub.port = integer("port", of: section, 0...65_535) ?? hub.port
        hub.shards = integer("shards", of: section, 0...1024) ?? hub.shards
        hub.path = text("path", of: section) ?? hub.path
        if !hub.path.hasPrefix("/") || hub.path.contains(where: { "?# ".contains($0) }) {
            fail("path", of: section, "the path begins with '/' and has no '?', '#' or space")
        }
        hub.origins = texts("origins", of: section).map(\.text)
        if let fault = Self.problem({ () throws(KeyProblem) in _ = try OriginList(hub.origins) }) {
            fail("origins", of: section, fault)
        }
        for (text, place) in texts("proxies", of: section) {
            if let range = AddressRange(parsing: text) {
                hub.proxies.append(range)
            } else {
                fail(place, "'\(text)' is no address range: write one such as 10.0.0.0/8")
            }
        }
        if let interval = duration("ping_interval", of: section) {
            hub.pingSeconds = Int(interval.components.seconds)
            if !(1...3600).contains(hub.pingSeconds) {
                fail("ping_interval", of: section, "ping_interval is a time from 1s to 1h")
            }
        }
        let plain = flag("plain", of: section) ?? false
        guard let tls = Self.member("tls", of: section), !tls.isEmpty else {
            return checkPlain(plain, section, hub)
        }
        hub.tls = Configuration.TLS(
            certificate: requiredPath("certificate", of: tls, "hub.tls"),
            key: requiredPath("key", of: tls, "hub.tls")
        )
        if plain { fail("plain", of: section, "either plain or tls, not both") }
    }

    private mutating func readLimits(_ section: Setting?, _ limits: inout Configuration.Limits) {
        limits.queue = bytes("queue", of: section) ?? limits.queue
        limits.queues = bytes("queues", of: section) ?? limits.queues
        limits.recent = bytes("recent", of: section, atLeast: 0) ?? limits.recent
        if limits.queue > limits.queues {
            fail("queues", of: section, "queues is for all readers: at least as much as queue")
        }
        let connection = Self.member("connection", of: section)
        limits.rates.connectionBytes = allowance("bytes", of: connection, nil)
        readScope(Self.member("subject", of: section), &limits.rates.subject)
        readScope(Self.member("address", of: section), &limits.rates.address)
        readScope(Self.member("channel", of: section), &limits.rates.channel)
    }

    private mutating func readScope(_ section: Setting?, _ scope: inout RateLimits.Scope) {
        scope.handshakes = allowance("handshakes", of: section, scope.handshakes)
        scope.messages = allowance("messages", of: section, scope.messages)
        scope.bytes = allowance("bytes", of: section, scope.bytes)
    }

    /// What is there at once when only the rate is given is ten seconds' worth.
    private mutating func allowance(
        _ name: String,
        of section: Setting?,
        _ preset: Allowance?
    ) -> Allowance? {
        let (rate, atOnce) = (name + "_per_second", name + "_at_once")
        let range = 1...(1 << 30)
        guard let perSecond = integer(rate, of: section, range) else {
            if Self.member(atOnce, of: section) != nil {
                fail(atOnce, of: section, "\(atOnce) goes with a \(rate)")
            }
            return preset
        }
        return Allowance(
            perSecond: perSecond,
            atOnce: integer(atOnce, of: section, range) ?? perSecond * 10
        )
    }

    private mutating func readCheckpoints(
        _ section: Setting?,
        _ checkpoints: inout Configuration.Checkpoints
    ) {
        if text("folder", of: section) != nil {
            checkpoints.folder = requiredPath("folder", of: section, "checkpoints")
        }
        guard let webhook = Self.member("webhook", of: section) else { return }
        let url = required("url", of: webhook, "checkpoints.webhook")
        let parsed = URL(string: url)
        let isLocal = ["127.0.0.1", "::1", "localhost"].contains(parsed?.host ?? "")
        guard parsed?.scheme == "https" || parsed?.scheme == "http" && isLocal else {
            fail("url", of: webhook, "a webhook is an https:// address (http:// on loopback)")
            return
        }
        checkpoints.webhook = .init(
            url: url,
            secretFile: requiredPath("secret_file", of: webhook, "checkpoints.webhook")
        )
    }

    /// Tokens must not cross a network in the clear.
    private mutating func checkPlain(
        _ plain: Bool,
        _ section: Setting?,
        _ hub: Configuration.Hub
    ) {
        if !plain {
            fail(
                section?.place ?? file.root.place,
                "hub needs tls with certificate and key (or plain: true behind a proxy)"
            )
        } else if !AddressRange.isLoopback(hub.host), hub.proxies.isEmpty {
            fail(
                "plain",
                of: section,
                "plain ws:// is for loopback or behind proxies: set hub.host to 127.0.0.1, list"
                    + " hub.proxies, or give hub.tls"
            )
        }
    }

    // Issuers.

    private mutating func readIssuers(_ root: Setting) -> [Configuration.Issuer] {
        guard let setting = Self.member("issuers", of: root), case .list(let items) = setting.value,
            !items.isEmpty
        else {
            fail("issuers", of: root, "issuers needs at least one issuer of tokens")
            return []
        }
        return items.map { readIssuer($0) }
    }

    private mutating func readIssuer(_ item: Setting) -> Configuration.Issuer {
        let audiences = texts("audience", of: item).map(\.text)
        if audiences.isEmpty { fail("audience", of: item, "the issuer needs an audience") }
        var issuer = Configuration.Issuer(
            issuer: required("issuer", of: item, "the issuer"),
            audiences: audiences,
            type: text("typ", of: item),
            keys: []
        )
        issuer.maxLifetime = duration("max_lifetime", of: item) ?? issuer.maxLifetime
        issuer.leeway = duration("leeway", of: item) ?? issuer.leeway
        if case .list(let keys)? = Self.member("keys", of: item)?.value {
            for key in keys { readKey(key, &issuer) }
        }
        if Self.member("keys", of: item).map(\.isEmpty) ?? true {
            fail("keys", of: item, "the issuer needs keys: a jwks, jwks_url, pem or secret_file")
        }
        let claims = Self.member("claims", of: item)
        issuer.claims.name = text("name", of: claims) ?? issuer.claims.name
        issuer.claims.roles = text("role", of: claims) ?? issuer.claims.roles
        issuer.claims.birthdate = text("birthdate", of: claims) ?? issuer.claims.birthdate
        issuer.claims.age = text("age", of: claims) ?? issuer.claims.age
        issuer.claims.clubs = text("clubs", of: claims) ?? issuer.claims.clubs
        issuer.claims.rights = text("rights", of: claims) ?? issuer.claims.rights
        return issuer
    }
}

// Values.

extension ConfigurationReader {
    static func member(_ key: String, of setting: Setting?) -> Setting? {
        guard case .section(let entries)? = setting?.value else { return nil }
        return entries.first { $0.key == key }?.setting
    }

    mutating func fail(_ place: SettingPlace, _ message: String) {
        faults.append(file.fault(at: place, message))
    }

    mutating func fail(_ key: String, of section: Setting?, _ message: String) {
        let place = Self.member(key, of: section)?.place ?? section?.place ?? file.root.place
        fail(place, message)
    }

    func text(_ key: String, of section: Setting?) -> String? {
        guard case .text(let text)? = Self.member(key, of: section)?.value else { return nil }
        return text
    }

    private func texts(
        _ key: String,
        of section: Setting?
    ) -> [(text: String, place: SettingPlace)] {
        guard let setting = Self.member(key, of: section) else { return [] }
        switch setting.value {
        case .text(let text):
            guard case .environment = setting.place else { return [(text, setting.place)] }
            return text.split(separator: ",").map {
                ($0.trimmingCharacters(in: .whitespaces), setting.place)
            }
        case .list(let items):
            return items.compactMap { item in
                guard case .text(let text) = item.value else { return nil }
                return (text, item.place)
            }
        case .empty, .section: return []
        }
    }

    mutating func required(_ key: String, of section: Setting?, _ name: String) -> String {
        if let text = text(key, of: section), !text.isEmpty { return text }
        fail(key, of: section, "\(name) needs \(key)")
        return ""
    }

    mutating func requiredPath(
        _ key: String,
        of section: Setting?,
        _ name: String
    ) -> String {
        let text = required(key, of: section, name)
        guard !text.isEmpty, let setting = Self.member(key, of: section) else { return "" }
        // A relative path in a variable is the caller's, so it begins where the caller is.
        let path: String
        if case .environment = setting.place {
            path = URL(filePath: text).absoluteURL.path(percentEncoded: false)
        } else {
            path = URL(filePath: text, relativeTo: base).absoluteURL.path(percentEncoded: false)
        }
        places[path] = setting.place
        return path
    }

    private mutating func integer(
        _ key: String,
        of section: Setting?,
        _ range: ClosedRange<Int>
    ) -> Int? {
        guard let text = text(key, of: section) else { return nil }
        if let number = Int(text), range.contains(number) { return number }
        let bounds = "\(range.lowerBound) to \(range.upperBound)"
        fail(key, of: section, "\(key) is a whole number from \(bounds), not '\(text)'")
        return nil
    }

    mutating func flag(_ key: String, of section: Setting?) -> Bool? {
        choice(key, of: section, ["true": true, "false": false])
    }

    mutating func choice<Value>(
        _ key: String,
        of section: Setting?,
        _ known: [String: Value]
    ) -> Value? {
        guard let text = text(key, of: section) else { return nil }
        if let value = known[text] { return value }
        let hint = Spelling.hint(for: text, of: known.keys)
        let words = known.keys.sorted().joined(separator: ", ")
        fail(key, of: section, "\(key) is one of \(words), not '\(text)'\(hint)")
        return nil
    }

    private mutating func duration(_ key: String, of section: Setting?) -> Duration? {
        guard let text = text(key, of: section) else { return nil }
        if let duration = Quantity.duration(text) { return duration }
        fail(key, of: section, "\(key) is a time such as 30s, 15m or 24h, not '\(text)'")
        return nil
    }

    private mutating func bytes(
        _ key: String,
        of section: Setting?,
        atLeast bytesMin: Int = 1 << 20
    ) -> Int? {
        guard let text = text(key, of: section) else { return nil }
        if let bytes = Quantity.bytes(text, atLeast: bytesMin) { return bytes }
        fail(key, of: section, "\(key) is a size such as 512MiB or 10GiB, not '\(text)'")
        return nil
    }

    private static func problem(_ body: () throws(KeyProblem) -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return error.description
        }
    }
}

extension Setting {
    fileprivate var isEmpty: Bool {
        switch value {
        case .empty: true
        case .text(let text): text.isEmpty
        case .list(let items): items.isEmpty
        case .section(let entries): entries.isEmpty
        }
    }
}
