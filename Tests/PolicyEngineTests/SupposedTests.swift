import Testing

@testable import PolicyEngine

@Suite("Supposed members and channels")
struct SupposedTests {
    private static func bundle(channels: String = "") throws -> Bundle {
        try load([
            "bundle.yaml": goodBundle.replacing("channels:\n", with: "channels:\n\(channels)"),
            "rules/a.yaml": """
            rules:
              - id: trusted
                on: message
                when: subject.claims.vetted && 'b' in subject.claims.guardian_in
                then: {disposition: allow}
            """,
        ]).get()
    }

    @Test("claims are read as the bundle declares them, and what isn't given is missing")
    func claims() throws {
        var member = SupposedMember()
        member.name = "Ann"
        member.isMinor = true
        member.roles = ["coach", "moderator"]
        member.claims = ["vetted": "true", "guardian_in": "a,b"]
        let facts = try Self.bundle().member(supposed: member)
        #expect(facts.name == "Ann")
        #expect(facts.isMinor(at: .max))
        #expect(facts.hasModeratorRole && !facts.isModerator(at: .max))
        #expect(try Self.isTrusted(member))
        member.claims["guardian_in"] = nil
        #expect(try !Self.isTrusted(member))
        let other = try Self.bundle().member(supposed: SupposedMember())
        #expect(!other.isMinor(at: 0))
        #expect(!other.isModerator(at: 0))
    }

    private static func isTrusted(_ member: SupposedMember) throws -> Bool {
        let bundle = try bundle()
        let scenario = Scenario(
            occasion: .message,
            body: Scenario.body(text: "hello"),
            circumstances: Circumstances(
                now: 0,
                request: RequestFacts(address: "", origin: "", agent: "", isTLS: true),
                subject: try bundle.member(supposed: member),
                channel: bundle.channel(supposed: "club:a")
            )
        )
        return bundle.explain(scenario).verdict.rules == ["trusted"]
    }

    @Test("a claim that isn't declared, or of another type, is told")
    func faults() throws {
        let bundle = try Self.bundle()
        var member = SupposedMember()
        member.claims = ["veted": "true"]
        #expect(
            throws: SupposedMember.Fault(
                description: "bundle.yaml declares no claim 'veted' (did you mean 'vetted'?)."
            )
        ) { try bundle.member(supposed: member) }
        member.claims = ["vetted": "yes"]
        #expect(
            throws: SupposedMember.Fault(
                description: "The claim 'vetted' is true or false, not 'yes'."
            )
        ) { try bundle.member(supposed: member) }
    }

    @Test("there is a channel of each kind that a name can have")
    func channels() throws {
        let bundle = try Self.bundle(
            channels: """
                  - {match: "club:*:staff", kind: staff}
                  - {match: "club:*:staff", kind: never}
                  - {match: "*:lobby:*", kind: lobby}

                """
        )
        let channels = bundle.supposedChannels()
        #expect(channels.map(\.kind) == ["staff", "lobby", "team"])
        #expect(channels.map(\.name) == ["club:demo:staff", "demo:lobby:demo", "club:demo"])
        #expect(channels.allSatisfy { $0.roster.minors == 12 })
        #expect(bundle.channel(supposed: "nowhere") == nil)
    }
}
