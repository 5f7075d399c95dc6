extension FunctionLibrary {
    /// The parts of timestamps and durations.
    static let times: Functions = {
        var library: Functions = [:]
        for part in Timestamp.Part.allCases {
            library[part.rawValue] = [
                Overload(onValue: true, [.timestamp], .int) { values throws(Fault) in
                    .int(try values[0].part(part, in: .utc))
                },
                Overload(onValue: true, [.timestamp, .string], .int) { values throws(Fault) in
                    guard case .string(let name) = values[1] else {
                        throw .noSuchOverload(part.rawValue)
                    }
                    return .int(try values[0].part(part, in: try Zone.named(name)))
                },
            ]
        }
        let units: [(name: String, divisor: Int64, modulus: Int64?)] = [
            ("getHours", 3_600_000_000_000, nil), ("getMinutes", 60_000_000_000, nil),
            ("getSeconds", 1_000_000_000, nil), ("getMilliseconds", 1_000_000, 1_000),
        ]
        for unit in units {
            library[unit.name, default: []].append(
                Overload(onValue: true, [.duration], .int) { values throws(Fault) in
                    guard case .duration(let nanoseconds) = values[0] else {
                        throw .noSuchOverload(unit.name)
                    }
                    let whole = nanoseconds / unit.divisor
                    return .int(unit.modulus.map { whole % $0 } ?? whole)
                }
            )
        }
        return library
    }()
}

extension Value {
    fileprivate func part(_ part: Timestamp.Part, in zone: Zone) throws(Fault) -> Int64 {
        guard case .timestamp(let instant) = self else { throw .noSuchOverload(part.rawValue) }
        return instant.part(part, in: zone)
    }
}
