extension FunctionLibrary {
    /// The extension `network`: IP addresses and their ranges.
    static let network: Functions = [
        "ip": [
            Overload([.string], .address) { values throws(Fault) in
                .address(try IPAddress(parsing: try values[0].text()))
            },
            ofNetwork(.address) { .address($0.address) },
        ],
        "isIP": [
            Overload([.string], .bool) { values throws(Fault) in
                let text = try values[0].text()
                return .bool((try? IPAddress(parsing: text)) != nil)
            }
        ],
        "ip.isCanonical": [
            Overload([.string], .bool) { values throws(Fault) in
                let text = try values[0].text()
                return .bool(try IPAddress(parsing: text).text == text)
            }
        ],
        "cidr": [
            Overload([.string], .network) { values throws(Fault) in
                .network(try IPNetwork(parsing: try values[0].text()))
            }
        ],
        "isCIDR": [
            Overload([.string], .bool) { values throws(Fault) in
                let text = try values[0].text()
                return .bool((try? IPNetwork(parsing: text)) != nil)
            }
        ],
        "family": [ofAddress(.int) { .int($0.isV4 ? 4 : 6) }],
        "isUnspecified": [ofAddress(.bool) { .bool($0.isUnspecified) }],
        "isLoopback": [ofAddress(.bool) { .bool($0.isLoopback) }],
        "isGlobalUnicast": [ofAddress(.bool) { .bool($0.isGlobalUnicast) }],
        "isLinkLocalMulticast": [ofAddress(.bool) { .bool($0.isLinkLocalMulticast) }],
        "isLinkLocalUnicast": [ofAddress(.bool) { .bool($0.isLinkLocalUnicast) }],
        "containsIP": [ValueType.address, .string].map { type in
            Overload(onValue: true, [.network, type], .bool) { values throws(Fault) in
                let network = try values[0].network()
                return .bool(network.contains(try values[1].address()))
            }
        },
        "containsCIDR": [ValueType.network, .string].map { type in
            Overload(onValue: true, [.network, type], .bool) { values throws(Fault) in
                let network = try values[0].network()
                return .bool(network.contains(try values[1].network()))
            }
        },
        "masked": [ofNetwork(.network) { .network($0.masked) }],
        "prefixLength": [ofNetwork(.int) { .int(Int64($0.prefixLength)) }],
    ]

    private static func ofAddress(
        _ result: ValueType,
        _ body: @escaping @Sendable (IPAddress) -> Value
    ) -> Overload {
        Overload(onValue: true, [.address], result) { values throws(Fault) in
            body(try values[0].address())
        }
    }

    private static func ofNetwork(
        _ result: ValueType,
        _ body: @escaping @Sendable (IPNetwork) -> Value
    ) -> Overload {
        Overload(onValue: true, [.network], result) { values throws(Fault) in
            body(try values[0].network())
        }
    }
}

extension Value {
    fileprivate func address() throws(Fault) -> IPAddress {
        if case .address(let address) = self { return address }
        return try IPAddress(parsing: try text())
    }

    fileprivate func network() throws(Fault) -> IPNetwork {
        if case .network(let network) = self { return network }
        return try IPNetwork(parsing: try text())
    }
}
