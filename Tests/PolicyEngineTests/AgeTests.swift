import Testing

@testable import PolicyEngine

@Suite("Coming of age")
struct AgeTests {
    @Test(
        "a member is of age from midnight of the birthday, or of the day after a missing 29 February",
        arguments: [
            ("2008-02-29", 9556), ("2008-03-01", 9556), ("2008-02-28", 9555),
            ("1982-01-01", 0), ("1981-12-31", -1), ("1900-01-01", -29_950),
        ]
    )
    func days(birth: String, days: Int64) {
        #expect(MemberReading().ofAge(birth) == days * 86_400_000_000)
    }

    @Test(
        "what is no day makes no age",
        arguments: [
            "", "2008", "2008-02-30", "2007-02-29", "1899-12-31", "2008-13-01", "2008-00-10",
            "2008-1-010", "2008/01/01", "+008-01-01", "2008-01-0a", "2008-01-01T00:00:00Z",
            "２００８-01-01",
        ]
    )
    func none(birth: String) {
        #expect(MemberReading().ofAge(birth) == nil)
    }
}
