import Console
import Foundation
import HubCore
import Testing

@testable import touchline

/// Metrics as text.
struct ExpositionTests {
    @Test("each kind of metric has its lines")
    func lines() {
        var text = Exposition()
        text.gauge("g", "A gauge.", 1.5)
        text.gauge("none", "No value yet.", nil as Double?)
        text.counter("c_total", "A counter.", 1 << 40 as UInt64)
        text.counter("l_total", "By label.", by: "code", [("busy", 1), ("rate", 0)])
        text.information("info", "Constant.", ("version", "1"))
        #expect(
            text.text == """
                # HELP g A gauge.
                # TYPE g gauge
                g 1.5
                # HELP none No value yet.
                # TYPE none gauge
                # HELP c_total A counter.
                # TYPE c_total counter
                c_total 1099511627776
                # HELP l_total By label.
                # TYPE l_total counter
                l_total{code="busy"} 1
                l_total{code="rate"} 0
                # HELP info Constant.
                # TYPE info gauge
                info{version="1"} 1

                """
        )
    }

    @Test("a histogram's buckets count all that is within, and end with the count")
    func histogram() {
        var histogram = Histogram.ofWork
        histogram.add(1000)
        histogram.add(2000, times: 2)
        histogram.add(1 << 40)
        var text = Exposition()
        text.histogram("h_seconds", "Times.", histogram)
        let lines = text.text.split(separator: "\n")
        #expect(lines.count == 2 + Histogram.boundCount + 3)
        #expect(
            lines[2...4] == [
                "h_seconds_bucket{le=\"1.024e-06\"} 1", "h_seconds_bucket{le=\"2.048e-06\"} 3",
                "h_seconds_bucket{le=\"4.096e-06\"} 3",
            ]
        )
        #expect(
            lines.suffix(3) == [
                "h_seconds_bucket{le=\"+Inf\"} 4", "h_seconds_sum 1099.511632776",
                "h_seconds_count 4",
            ]
        )
    }

    @Test("what would break a line is escaped")
    func escapes() {
        var text = Exposition()
        text.information("i", "one\\two\nthree \"four\"", ("label", "a\"b\\c\nd"))
        #expect(text.text.contains(#"# HELP i one\\two\nthree "four""# + "\n"))
        #expect(text.text.contains(#"i{label="a\"b\\c\nd"} 1"# + "\n"))
        var numbers = Exposition()
        for value in [0.1, -3, .infinity, -.infinity, .nan, 1e300] {
            numbers.gauge("n", "", value)
        }
        let samples = numbers.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(samples == ["n 0.1", "n -3", "n +Inf", "n -Inf", "n NaN", "n 1e+300"])
    }

    @Test("the process's use is what the machine says")
    func process() throws {
        let use = ProcessUse.now()
        #expect(use.cpuSeconds > 0)
        #expect(try #require(use.residentBytes) > 1 << 20)
        let started = try #require(use.startedAt)
        #expect(abs(started - Date.now.timeIntervalSince1970) < 24 * 3600)
        #expect(try #require(use.openFiles) >= 3)
        #expect(try #require(use.openFilesMax) > 3)
    }
}
