/// A setting as it was written, and where.
struct Setting {
    var value: Value
    var place: SettingPlace

    enum Value {
        /// The text of a scalar.
        case text(String)
        /// Nothing: a key without a value.
        case empty
        case list([Setting])
        case section([Entry])
    }

    /// A key with its own place, and its value.
    struct Entry {
        var key: String
        var keyPlace: SettingPlace
        var setting: Setting
    }
}

/// What may be written where.
indirect enum SettingShape {
    /// One scalar.
    case text
    /// One scalar or a list of them; in the environment, with commas between.
    case texts
    /// A list of sections of one shape.
    case records([String: SettingShape])
    case section([String: SettingShape])

    /// The shape of `touchline.yaml`.
    static let configuration = SettingShape.section([
        "hub": .section([
            "host": .text, "port": .text, "path": .text, "plain": .text, "shards": .text,
            "origins": .texts, "proxies": .texts, "ping_interval": .text,
            "tls": .section(["certificate": .text, "key": .text]),
        ]),
        "limits": .section([
            "queue": .text, "queues": .text, "recent": .text,
            "connection": .section(allowances("bytes")),
            "subject": .section(allowances("handshakes", "messages", "bytes")),
            "address": .section(allowances("handshakes", "messages", "bytes")),
            "channel": .section(allowances("messages", "bytes")),
        ]),
        "console": .section(["host": .text, "port": .text]),
        "issuers": .records([
            "issuer": .text, "audience": .texts, "typ": .text, "max_lifetime": .text,
            "leeway": .text,
            "keys": .records([
                "jwks": .text, "jwks_url": .text, "pem": .text, "secret_file": .text,
                "kid": .text, "alg": .text, "ca": .text, "allow_private": .text,
            ]),
            "claims": .section([
                "name": .text, "role": .text, "birthdate": .text, "age": .text, "clubs": .text,
                "rights": .text,
            ]),
        ]),
        "journal": .section(["folder": .text, "size_limit": .text, "keep": .text]),
        "database": .section(["connection": .text]),
        "policies": .section(["folder": .text, "watch": .text, "cache": .text]),
        "keys": .section(["pseudonym": .text, "checkpoint": .text]),
        "checkpoints": .section([
            "folder": .text, "webhook": .section(["url": .text, "secret_file": .text]),
        ]),
        "log": .section(["level": .text]),
    ])

    /// So many of each in a second, and at once.
    private static func allowances(_ names: String...) -> [String: SettingShape] {
        var shapes: [String: SettingShape] = [:]
        for name in names {
            shapes[name + "_per_second"] = .text
            shapes[name + "_at_once"] = .text
        }
        return shapes
    }

    /// The environment variables that the shape allows, and the keys that they set.
    func variables(prefix: String) -> [String: [String]] {
        var result: [String: [String]] = [:]
        collect(into: &result, prefix, [])
        return result
    }

    private func collect(
        into result: inout [String: [String]],
        _ name: String,
        _ path: [String]
    ) {
        switch self {
        case .text, .texts: result[name] = path
        case .records: break
        case .section(let members):
            for (key, shape) in members {
                shape.collect(into: &result, name + "_" + key.uppercased(), path + [key])
            }
        }
    }
}
