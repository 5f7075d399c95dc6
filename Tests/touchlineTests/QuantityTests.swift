import Testing

@testable import touchline

/// Words and numbers that people write.
struct QuantityTests {
    @Test(
        "times are read with their units",
        arguments: [
            ("30s", 30), ("15m", 900), ("24h", 86_400), ("1h30m", 5400), ("7d", 604_800),
            ("", nil), ("30", nil), ("s", nil), ("-1s", nil), ("1.5h", nil), ("400d", nil),
            ("99999999999999999999s", nil), ("١s", nil),
        ] as [(String, Int?)]
    )
    func timesAreRead(text: String, seconds: Int?) {
        #expect(Quantity.duration(text) == seconds.map { .seconds($0) })
    }

    @Test(
        "sizes are read with their units",
        arguments: [
            ("1MiB", 1 << 20), ("10 GiB", 10 << 30), ("1048576", 1 << 20), ("1023KiB", nil),
            ("10GB", nil), ("", nil), ("999999999999TiB", nil),
        ] as [(String, Int?)]
    )
    func sizesAreRead(text: String, bytes: Int?) {
        #expect(Quantity.bytes(text) == bytes)
    }

    @Test("a length of time is written with the largest unit that fits")
    func lengths() {
        let written = [0, 1, 59, 60, 90, 1800, 3600, 86_400, 604_800].map(Quantity.time)
        #expect(written == ["0s", "1s", "59s", "1m", "90s", "30m", "1h", "1d", "7d"])
    }

    @Test("counts have their noun and separators")
    func counts() {
        let counts = [0, 1, 12, 999, 1000, 2_143, 1_000_000].map { Quantity.count($0, "test") }
        #expect(
            counts == [
                "0 tests", "1 test", "12 tests", "999 tests", "1,000 tests", "2,143 tests",
                "1,000,000 tests",
            ]
        )
    }
}
