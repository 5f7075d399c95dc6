import AsyncHTTPClient
import Foundation
import Handshake
import HubCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Fetches a key set over HTTPS from where an issuer publishes it.
///
/// The name is resolved once, its addresses are checked, and the connection goes to the address that
/// was checked: what the name means a moment later makes no difference. No redirect is followed.
struct KeySetFetch: Sendable {
    let address: Configuration.KeyAddress

    /// - Throws: a sentence that names the address and what went wrong.
    func run() async throws(CommandFault) -> (set: JSONWebKey.Set, maxAge: Duration?) {
        do {
            let peers = try await peers()
            var last: (any Error)?
            for peer in peers.prefix(Self.peersMax) {
                do {
                    return try await fetch(from: peer)
                } catch let error as CommandFault {
                    throw error
                } catch {
                    last = error
                }
            }
            throw CommandFault(last.map { "no answer: \($0)" } ?? "no address")
        } catch {
            throw CommandFault(
                "\(address.url): \((error as? CommandFault)?.description ?? "\(error)")"
            )
        }
    }

    private var host: String {
        (URL(string: address.url)?.host ?? "").trimmingCharacters(
            in: CharacterSet(charactersIn: "[]")
        )
    }

    /// The addresses of the host that may be asked.
    private func peers() async throws -> [NetworkAddress] {
        let host = host
        let all = try await NIOThreadPool.singleton.runIfActive { try Self.resolve(host) }
        let allowed = all.filter { address.allowsPrivate || $0.isPublic }
        guard !allowed.isEmpty else {
            let found = all.map(\.description).joined(separator: ", ")
            throw CommandFault(
                "\(host) is \(found), no public address; allow_private: true permits it"
            )
        }
        return allowed
    }

    private func fetch(
        from peer: NetworkAddress
    ) async throws -> (set: JSONWebKey.Set, maxAge: Duration?) {
        let client = HTTPClient(configuration: configuration(for: peer))
        // Not waited for: a server that doesn't answer doesn't answer the end of TLS either, for 5 s.
        defer { client.shutdown { _ in } }
        let deadline = NIODeadline.now() + Self.timeMax
        var request = HTTPClientRequest(url: address.url)
        request.headers.add(name: "Accept", value: "application/jwk-set+json, application/json")
        request.headers.add(name: "User-Agent", value: "touchline")
        let response = try await client.execute(request, deadline: deadline)
        guard response.status.code == 200 else {
            let redirects = (300...399).contains(response.status.code)
            throw CommandFault(
                "answered with status \(response.status.code)"
                    + (redirects ? "; redirects are not followed" : "")
            )
        }
        var body: [UInt8] = []
        for try await chunk in response.body {
            body += chunk.readableBytesView
            guard body.count <= Self.bytesMax else {
                throw CommandFault("the key set has more than \(Self.bytesMax) bytes")
            }
            guard NIODeadline.now() < deadline else {
                throw CommandFault("did not answer whole within \(Self.timeMax.seconds) s")
            }
        }
        return (try set(body), Self.maxAge(response.headers["Cache-Control"]))
    }

    private func set(_ body: [UInt8]) throws(CommandFault) -> JSONWebKey.Set {
        let set: JSONWebKey.Set
        do {
            set = try JSONWebKey.parseSet(
                body,
                defaultAlgorithm: address.algorithm,
                isPublished: true
            )
        } catch {
            throw CommandFault("\(error)")
        }
        guard !set.keys.isEmpty else {
            let reasons = set.skipped.map { ": key \($0.index + 1): \($0.reason)" }
            throw CommandFault("has no usable key" + reasons.joined())
        }
        return set
    }

    private func configuration(for peer: NetworkAddress) -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let ca = address.ca { tls.trustRoots = .file(ca) }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.connectTimeMax, read: Self.silenceMax)
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.dnsOverride = [host: peer.description]
        // The certificate is still the name's. What is sent waits for this last look at the socket.
        configuration.http1_1ConnectionDebugInitializer = { channel in
            let connected = channel.remoteAddress?.ipAddress.flatMap(NetworkAddress.init(parsing:))
            guard connected == peer else {
                let fault = CommandFault("connected to another address than \(peer)")
                return channel.close().flatMapThrowing { throw fault }
            }
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return configuration
    }

    /// All addresses of a name, in the order of RFC 6724; waits for the name server.
    private static func resolve(_ host: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw CommandFault("\(host) has no address: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [NetworkAddress] = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.ai_addr,
                entry.ai_addrlen,
                &text,
                socklen_t(text.count),
                nil,
                0,
                NI_NUMERICHOST
            ) == 0,
                let address = text.withUnsafeBytes({ bytes in
                    NetworkAddress(
                        parsing: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                    )
                }), !addresses.contains(address)
            {
                addresses.append(address)
            }
            next = entry.ai_next
        }
        return addresses
    }

    /// `max-age` of `Cache-Control` (RFC 9111 §5.2.2.1); zero where nothing may be kept, nil where
    /// nothing is said.
    static func maxAge(_ fields: [String]) -> Duration? {
        let directives = fields.joined(separator: ",").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces).lowercased()
        }
        if directives.contains("no-store") || directives.contains("no-cache") { return .zero }
        let ages = directives.compactMap { directive -> Int? in
            guard directive.hasPrefix("max-age=") else { return nil }
            let digits = directive.dropFirst(8)
            guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }) else {
                return nil
            }
            return min(Int(digits) ?? .max, 1 << 31)
        }
        return ages.min().map { .seconds($0) }
    }

    /// Two keys of RSA-4096 with certificates take 8 KiB; nobody publishes a hundred.
    private static let bytesMax = 64 << 10
    /// Names with both kinds of addresses, one of which leads nowhere.
    private static let peersMax = 3
    private static let connectTimeMax = TimeAmount.seconds(3)
    /// A server that says nothing for so long.
    private static let silenceMax = TimeAmount.seconds(3)
    private static let timeMax = TimeAmount.seconds(10)
}

extension TimeAmount {
    fileprivate var seconds: Int64 { nanoseconds / 1_000_000_000 }
}
