/// One row of `audit.subject`: who a pseudonym is; erasable. Six columns.
package struct SubjectRow: Hashable, Sendable {
    /// How many columns it has.
    package static let columns: Int16 = 6

    package var pseudonym: UUID16
    package var issuer: String
    package var sub: String
    /// The name that the subject goes by, nil when the token gives none.
    package var name: String?
    /// A JSON object as text: the claims that facts are made of.
    package var claims: String
    /// Microseconds since 2000-01-01 UTC.
    package var firstSeen: Int64

    package init(
        pseudonym: UUID16,
        issuer: String,
        sub: String,
        name: String?,
        claims: String,
        firstSeen: Int64
    ) {
        self.pseudonym = pseudonym
        self.issuer = issuer
        self.sub = sub
        self.name = name
        self.claims = claims
        self.firstSeen = firstSeen
    }

    /// Appends the tuple to `buffer`.
    package func encode(into buffer: inout [UInt8]) {
        let size =
            2 + 4 + 16 + Row.size(text: issuer) + Row.size(text: sub) + Row.size(text: name)
            + Row.size(text: claims) + 4 + 8
        RowWriter.append(size: size, columns: SubjectRow.columns, to: &buffer) { row in
            row.uuid(pseudonym)
            row.text(issuer)
            row.text(sub)
            row.text(name)
            row.text(claims)
            row.integer(firstSeen)
        }
    }

    /// The first reason why this can't be a row, nil when it can.
    package func validate() -> RowError? {
        Row.check(issuer, column: "issuer")
            ?? Row.check(sub, column: "sub")
            ?? name.flatMap { Row.check($0, column: "name") }
            ?? Row.check(object: claims, column: "claims", limit: Row.claimsBytesMax)
            ?? Row.check(firstSeen, column: "first_seen", in: Row.atRange)
    }

    /// Reads a tuple; what it accepts encodes to the same bytes again.
    package init(decoding tuple: UnsafeRawBufferPointer) throws(RowError) {
        var row = try RowReader(tuple, columns: SubjectRow.columns)
        pseudonym = try row.uuid("pseudonym")
        issuer = try row.text("issuer")
        sub = try row.text("sub")
        name = try row.optionalText("name")
        claims = try row.text("claims")
        firstSeen = try row.integer("first_seen")
        try row.finish()
    }
}
