/// A whole HTTP answer that is no upgrade: status, header fields, body.
package struct HTTPAnswer: Hashable, Sendable {
    package var status: Int
    package var fields: [HeaderField]
    package var body: [UInt8]

    package init(status: Int, fields: [HeaderField], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// An answer with a JSON object as body, never cached, after which the connection closes.
    init(status: Int, json members: [(String, ClaimValue)], fields: [HeaderField]) {
        let body = ClaimValue.object(members)
        self.init(
            status: status,
            fields: fields + [
                HeaderField("Content-Type", "application/json"),
                HeaderField("Content-Length", String(body.count)),
                HeaderField("Cache-Control", "no-store"),
                HeaderField("Connection", "close"),
            ],
            body: body
        )
    }
}
