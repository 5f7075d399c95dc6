/// A schema document as its author wrote it.
package struct SchemaText: Hashable, Sendable {
    /// The file as the author knows it, such as `schemas/chat.json`; mistakes name it.
    package let file: String
    /// JSON.
    package let text: String
    /// The absolute URI that references resolve against where the document has no `$id`.
    ///
    /// By default `file:///` and the file's path, so that `"$ref": "body.json"` is the file beside it.
    package let uri: String

    package init(file: String, text: String, uri: String? = nil) {
        self.file = file
        self.text = text
        self.uri = uri ?? Self.uri(ofFile: file)
    }

    private static func uri(ofFile file: String) -> String {
        let path = file.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
                String(UnicodeScalar(byte))
            default:
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
        return "file:///" + path.drop { $0 == "/" }
    }
}
