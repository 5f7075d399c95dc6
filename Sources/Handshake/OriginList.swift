/// The web origins (RFC 6454) whose pages may connect.
package struct OriginList: Hashable, Sendable {
    private var exact: Set<[UInt8]> = []
    /// `scheme://host` of the entries with any port.
    private var anyPort: Set<[UInt8]> = []

    /// Reads `scheme://host[:port]` entries, as browsers write them: nothing after the port, `http`
    /// or `https`, and the scheme's own port left out. `:*` instead of a port is any port, and only
    /// for this machine's names, where development servers pick theirs.
    package init(_ entries: [String]) throws(KeyProblem) {
        for entry in entries {
            guard let origin = Origin(parsing: ASCII.lowercased(entry)) else {
                throw KeyProblem(
                    "'\(entry)' is no origin: write scheme://host or scheme://host:port"
                )
            }
            switch origin.port {
            case .any where OriginList.loopbackHosts.contains(origin.host):
                anyPort.insert(Array(origin.site.utf8))
            case .any: throw KeyProblem("'\(entry)': any port is for localhost only")
            case .number, .schemes: exact.insert(Array(origin.serialized.utf8))
            }
        }
    }

    /// Whether a page of this origin may connect; the value as the browser sent it, compared byte
    /// for byte. `null` never may.
    package func allows(_ sent: String) -> Bool {
        if exact.contains(Array(sent.utf8)) { return true }
        guard !anyPort.isEmpty, let origin = Origin(parsing: sent), origin.port != .any else {
            return false
        }
        return anyPort.contains(Array(origin.site.utf8))
    }

    private static let loopbackHosts = ["localhost", "127.0.0.1", "[::1]"]
}

/// `scheme://host[:port]`, lower case.
private struct Origin {
    enum Port: Equatable {
        case schemes
        case number(UInt16)
        case any
    }

    var scheme: String
    var host: String
    var port: Port

    var site: String { "\(scheme)://\(host)" }

    /// As a browser writes it (RFC 6454 §6.2).
    var serialized: String {
        if case .number(let number) = port { "\(site):\(number)" } else { site }
    }

    init?(parsing text: String) {
        guard
            let scheme = ["http", "https"].first(where: { text.utf8.starts(with: "\($0)://".utf8) })
        else { return nil }
        let rest = text.dropFirst(scheme.utf8.count + 3)
        let bracketEnd = rest.utf8.first == UInt8(ascii: "[") ? rest.firstIndex(of: "]") : nil
        let colon = rest[(bracketEnd ?? rest.startIndex)...].firstIndex(of: ":")
        let host = String(rest[..<(colon ?? rest.endIndex)])
        guard Origin.isHost(host) else { return nil }
        self.scheme = scheme
        self.host = host
        guard let colon else {
            port = .schemes
            return
        }
        let digits = rest[rest.index(after: colon)...]
        if digits == "*" {
            port = .any
        } else {
            guard let number = UInt16(digits), String(number) == digits, number > 0 else {
                return nil
            }
            port = number == (scheme == "http" ? 80 : 443) ? .schemes : .number(number)
        }
    }

    private static func isHost(_ text: String) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 255 else { return false }
        if text.hasPrefix("[") {
            return text.utf8.count > 2 && text.hasSuffix("]")
                && text.dropFirst().dropLast().allSatisfy { $0 == ":" || $0.isHexDigit }
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
