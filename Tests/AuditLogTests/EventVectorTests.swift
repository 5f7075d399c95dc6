import AuditLog
import Testing

@Suite struct EventVectorTests {
    @Test(
        "an event's tuple and leaf are the golden ones",
        arguments: GoldenVectors.rows(of: "event")
    )
    func encodesAsGolden(vector: GoldenVectors.Row) throws {
        let event = try Event(vector: vector.fields)
        #expect(event.validate() == nil)
        var tuple: [UInt8] = []
        let offset = event.encode(into: &tuple)
        #expect(hex(tuple) == vector.tuple)
        #expect(event.encodedSize == tuple.count)
        #expect((offset == nil) == (event.channelSeq == nil))
        #expect(tuple.withUnsafeBytes { TreeHash(leafOf: $0).description } == vector.leaf)
    }

    @Test("a golden tuple decodes to its fields", arguments: GoldenVectors.rows(of: "event"))
    func decodesAsGolden(vector: GoldenVectors.Row) throws {
        let decoded = try vector.tupleBytes.withUnsafeBytes { try Event(decoding: $0) }
        #expect(try decoded == Event(vector: vector.fields))
    }

    @Test("a content's tuple is the golden one", arguments: GoldenVectors.rows(of: "content"))
    func contentAsGolden(vector: GoldenVectors.Row) throws {
        let fields = vector.fields
        let row = ContentRow(
            log: try #require(fields.number("log")),
            seq: try #require(fields.number("seq")),
            at: try #require(fields.number("at")),
            part: ContentPart(
                kind: try #require(fields.code("part")),
                salt: try #require(fields.bytes("salt").flatMap { Salt(bytes: $0) }),
                body: try #require(fields.bytes("body"))
            )
        )
        #expect(row.part.validate() == nil)
        var tuple: [UInt8] = []
        row.encode(into: &tuple)
        #expect(hex(tuple) == vector.tuple)
        #expect(try tuple.withUnsafeBytes { try ContentRow(decoding: $0) } == row)
    }

    @Test("a subject's tuple is the golden one", arguments: GoldenVectors.rows(of: "subject"))
    func subjectAsGolden(vector: GoldenVectors.Row) throws {
        let fields = vector.fields
        let row = SubjectRow(
            pseudonym: try #require(fields.uuid("pseudonym")),
            issuer: try #require(fields.text("issuer")),
            sub: try #require(fields.text("sub")),
            name: fields.text("name"),
            claims: try #require(fields.text("claims")),
            firstSeen: try #require(fields.number("first_seen"))
        )
        #expect(row.validate() == nil)
        var tuple: [UInt8] = []
        row.encode(into: &tuple)
        #expect(hex(tuple) == vector.tuple)
        #expect(try tuple.withUnsafeBytes { try SubjectRow(decoding: $0) } == row)
    }

    @Test("a policy's tuple is the golden one", arguments: GoldenVectors.rows(of: "policy"))
    func policyAsGolden(vector: GoldenVectors.Row) throws {
        let row = PolicyRow(
            digest: try #require(vector.fields.bytes("digest")),
            files: try #require(vector.fields.text("files"))
        )
        #expect(row.validate() == nil)
        var tuple: [UInt8] = []
        row.encode(into: &tuple)
        #expect(hex(tuple) == vector.tuple)
        #expect(try tuple.withUnsafeBytes { try PolicyRow(decoding: $0) } == row)
    }

    @Test("a commitment is the golden one, in any order", arguments: GoldenVectors.all.commitments)
    func commitsAsGolden(vector: GoldenVectors.Commitment) throws {
        let parts = try vector.parts.map { try $0.contentPart() }
        #expect(parts.map { hex(Commitment.part($0)) } == vector.partHashes)
        #expect(Commitment.contentHash(of: parts).map { hex($0) } == vector.contentHash)
        #expect(Commitment.contentHash(of: parts.reversed()).map { hex($0) } == vector.contentHash)
    }

    @Test("every kind has a golden vector with the retention class that it defaults to")
    func everyKind() throws {
        let kinds = try GoldenVectors.rows(of: "event").map { try Event(vector: $0.fields) }
        #expect(Set(kinds.map(\.kind)) == Set(EventKind.allCases))
        for event in kinds { #expect(event.retention == event.kind.retention) }
    }
}

extension [String: GoldenVectors.Field] {
    func number<I: FixedWidthInteger>(_ name: String) -> I? {
        if case .number(let value) = self[name] { I(exactly: value) } else { nil }
    }

    func code<Code: RawRepresentable>(_ name: String) -> Code? where Code.RawValue == Int16 {
        number(name).flatMap { Code(rawValue: $0) }
    }

    func text(_ name: String) -> String? {
        if case .text(let value) = self[name] { value } else { nil }
    }

    func texts(_ name: String) -> [String]? {
        if case .texts(let value) = self[name] { value } else { nil }
    }

    func uuid(_ name: String) -> UUID16? { text(name).flatMap { UUID16(parsing: $0) } }

    func bytes(_ name: String) -> [UInt8]? {
        text(name).map { AuditLogTests.bytes(hex: $0) }
    }
}

extension Event {
    init(vector fields: [String: GoldenVectors.Field]) throws {
        try #require(fields.number("schema") == Event.schemaVersion)
        self.init(
            log: try #require(fields.number("log")),
            seq: try #require(fields.number("seq")),
            at: try #require(fields.number("at")),
            kind: try #require(fields.code("kind")),
            stage: try #require(fields.code("stage")),
            disposition: try #require(fields.code("disposition")),
            retention: fields.code("retention"),
            session: fields.uuid("session"),
            subject: fields.uuid("subject"),
            channel: fields.text("channel"),
            channelEpoch: fields.number("channel_epoch"),
            channelSeq: fields.number("channel_seq"),
            message: fields.uuid("message"),
            refersLog: fields.number("refers_log"),
            refersSeq: fields.number("refers_seq"),
            rules: try #require(fields.texts("rules")),
            shadowRules: try #require(fields.texts("shadow_rules")),
            score: try #require(fields.number("score")),
            policy: fields.bytes("policy"),
            bytes: try #require(fields.number("bytes")),
            judgedNs: try #require(fields.number("judged_ns")),
            contentHash: fields.bytes("content_hash"),
            detail: try #require(fields.text("detail"))
        )
    }
}
