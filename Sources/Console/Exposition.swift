package import HubCore

/// Metrics as text of Prometheus's exposition format, version 0.0.4.
///
/// Names follow Prometheus's conventions: base units, `_total` for counters. A label's values come from
/// the hub's own tables, never from members, so that their number is bounded.
package struct Exposition {
    /// The lines so far, the last with its end.
    package private(set) var text = ""

    package init() {}

    /// A value that goes up and down; no sample when there is none yet.
    package mutating func gauge(_ name: String, _ help: String, _ value: Double?) {
        head(name, "gauge", help)
        if let value { sample(name, value) }
    }

    package mutating func gauge(_ name: String, _ help: String, _ value: some BinaryInteger) {
        gauge(name, help, Double(value))
    }

    package mutating func gauge(_ name: String, _ help: String, _ value: Bool) {
        gauge(name, help, value ? 1.0 : 0.0)
    }

    /// A constant 1 whose label says something.
    package mutating func information(_ name: String, _ help: String, _ label: (String, String)) {
        head(name, "gauge", help)
        sample(name, 1, label)
    }

    /// A value that only grows until a restart.
    package mutating func counter(_ name: String, _ help: String, _ value: Double) {
        head(name, "counter", help)
        sample(name, value)
    }

    package mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
        counter(name, help, Double(value))
    }

    /// A counter for each value of a label.
    package mutating func counter(
        _ name: String,
        _ help: String,
        by label: String,
        _ values: [(value: String, count: UInt64)]
    ) {
        head(name, "counter", help)
        for (value, count) in values { sample(name, Double(count), (label, value)) }
    }

    /// Times in seconds.
    package mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        head(name, "histogram", help)
        var count: UInt64 = 0
        for (bound, inside) in zip(histogram.boundsSeconds, histogram.counts) {
            count &+= inside
            sample("\(name)_bucket", Double(count), ("le", Self.number(bound)))
        }
        count = histogram.count
        sample("\(name)_bucket", Double(count), ("le", "+Inf"))
        sample("\(name)_sum", Double(histogram.sumNs) / 1e9)
        sample("\(name)_count", Double(count))
    }

    private mutating func head(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quote: false))\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(
        _ name: String,
        _ value: Double,
        _ label: (name: String, value: String)? = nil
    ) {
        text += name
        if let label { text += "{\(label.name)=\"\(Self.escaped(label.value, quote: true))\"}" }
        text += " \(Self.number(value))\n"
    }

    /// Whole numbers without a point, as far as they are exact.
    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return "\(whole)" }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return "\(value)"
    }

    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.append(character)
            }
        }
        return result
    }
}
