/// Where the files of a bundle lie.
package enum BundleLayout: Hashable, Sendable {
    case bundle
    case rules
    /// Tests of rules, which stand beside them.
    case tests
    /// A word list, by its name.
    case list(String)
    /// A JSON Schema, by its name.
    case schema(String)

    /// The folders below a bundle's own.
    package static let folders = ["rules", "lists", "schemas"]
    /// Folders of what isn't part of a bundle but is kept beside it: texts to try its rules on.
    package static let foldersBeside = ["corpus"]
    /// Files of one bundle: hundreds of topics.
    package static let filesMax = 500
    /// Bytes of one file: a word list of ten thousand terms has a third of this.
    package static let fileBytesMax = 1 << 20
    /// Bytes of all files together.
    package static let bytesMax = 8 << 20

    /// What is said of a file that is nothing that a bundle has.
    package static let refusal =
        "not part of a bundle: it has bundle.yaml, rules/<name>.yaml, rules/<name>.test.yaml, "
        + "lists/<name>.yaml and schemas/<name>.json"

    /// What the file at this path of a bundle is; nil when it is nothing that a bundle has.
    package init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let file = parts.last, let dot = file.firstIndex(of: ".") else { return nil }
        let name = file[..<dot]
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isPlain) else { return nil }
        switch (parts.dropLast(), file[dot...]) {
        case ([], ".yaml") where name == "bundle": self = .bundle
        case (["rules"], ".yaml"): self = .rules
        case (["rules"], ".test.yaml"): self = .tests
        case (["lists"], ".yaml"): self = .list(String(name))
        case (["schemas"], ".json"): self = .schema(String(name))
        default: return nil
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
