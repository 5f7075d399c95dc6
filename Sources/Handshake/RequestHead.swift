/// The head of one HTTP/1 request as the transport decoded it, nothing checked yet.
///
/// The caller has already bounded its bytes (16 KiB is the hub's figure); everything else about it
/// is a stranger's word.
package struct RequestHead: Hashable, Sendable {
    /// The method as sent, case kept.
    package var method: String
    /// The request target as sent: origin form, or absolute form.
    package var target: String
    package var version: Version
    /// The header fields in the order they arrived, repeated names kept apart.
    package var fields: [HeaderField]

    package init(
        method: String,
        target: String,
        version: Version = .http11,
        fields: [HeaderField]
    ) {
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
    }

    /// As above, from plain pairs of name and value.
    package init(
        method: String,
        target: String,
        version: Version = .http11,
        headers: [(String, String)]
    ) {
        self.init(
            method: method,
            target: target,
            version: version,
            fields: headers.map { HeaderField($0.0, $0.1) }
        )
    }

    /// An HTTP version, `major.minor`.
    package struct Version: Hashable, Sendable {
        package var major: Int
        package var minor: Int

        package init(major: Int, minor: Int) {
            self.major = major
            self.minor = minor
        }

        package static let http11 = Version(major: 1, minor: 1)
    }

    /// Values of every field of this name (compared without case), outer spaces and tabs removed.
    package func values(of name: String) -> [String] {
        fields.filter { ASCII.equalsIgnoringCase($0.name, name) }.map { ASCII.trimmed($0.value) }
    }
}

/// One header field, of a request or of an answer.
package struct HeaderField: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a request head may cost.
package struct HeadLimits: Hashable, Sendable {
    /// Header fields. A browser sends about 20; proxies add a few.
    package var fieldCountMax: Int
    /// Bytes of the request target. The hub's own paths are short.
    package var targetBytesMax: Int
    /// Subprotocols that one request may offer; a client needs two.
    package var subprotocolCountMax: Int

    package init(
        fieldCountMax: Int = 100,
        targetBytesMax: Int = 1024,
        subprotocolCountMax: Int = 16
    ) {
        self.fieldCountMax = fieldCountMax
        self.targetBytesMax = targetBytesMax
        self.subprotocolCountMax = subprotocolCountMax
    }
}
