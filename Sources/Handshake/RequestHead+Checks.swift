internal import Outcomes

extension RequestHead {
    /// The checks that every request to the hub goes through, in order: size, method, version,
    /// target, fields, `Host`, no body. Nil when all pass.
    func fault(path: String, methods: [String], limits: HeadLimits) -> HeadFault? {
        guard fields.count <= limits.fieldCountMax, target.utf8.count <= limits.targetBytesMax
        else { return HeadFault(.headTooLarge) }
        guard methods.contains(where: { ASCII.equals($0, method) }) else {
            return HeadFault(ASCII.isToken(method) ? .methodNotAllowed : .badRequest)
        }
        guard version == .http11 else {
            return HeadFault(.badRequest, "Only HTTP/1.1 is spoken here.")
        }
        guard fields.allSatisfy({ ASCII.isToken($0.name) && ASCII.isFieldValue($0.value) }) else {
            return HeadFault(.badRequest, "A header field is malformed.")
        }
        let hosts = values(of: "Host")
        guard hosts.count == 1, RequestHead.isHost(hosts[0]) else { return HeadFault(.badHost) }
        if let fault = targetFault(path: path, host: hosts[0]) { return fault }
        let lengths = values(of: "Content-Length")
        guard lengths.allSatisfy({ $0 == "0" }), values(of: "Transfer-Encoding").isEmpty else {
            return HeadFault(.badRequest, "A body has no place here.")
        }
        return nil
    }

    /// RFC 9112 §3.2.1 and §3.2.2: origin form, or absolute form whose authority is the `Host`.
    private func targetFault(path: String, host: String) -> HeadFault? {
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            return HeadFault(.badRequest, "The request target is malformed.")
        }
        var rest = Substring(target)
        if !rest.utf8.starts(with: "/".utf8) {
            guard
                let scheme = RequestHead.schemes.first(where: { target.utf8.starts(with: $0.utf8) })
            else { return HeadFault(.badRequest, "The request target is malformed.") }
            rest = rest.dropFirst(scheme.count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            guard ASCII.equalsIgnoringCase(String(authority), host) else {
                return HeadFault(.badHost, "The request target names another host.")
            }
            rest = rest.dropFirst(authority.count)
        }
        let named = rest.prefix { $0 != "?" }
        guard ASCII.equals(String(named), path) else { return HeadFault(.notFound) }
        guard named.endIndex == rest.endIndex else {
            return HeadFault(.badRequest, "A query has no place here; a token never goes in a URL.")
        }
        return nil
    }

    /// `uri-host [":" port]` (RFC 9110 §7.2), by its characters: enough that nothing else hides in
    /// it.
    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 261
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
                    UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"):
                    true
                default: false
                }
            }
    }

    private static let schemes = ["http://", "https://", "ws://", "wss://"]
}
