import Crypto

extension BundleSource {
    /// The same files in the order of their paths' bytes.
    var sorted: BundleSource {
        var source = self
        source.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return source
    }

    /// SHA-256 over the files; see `Bundle.digest`.
    package var digest: [UInt8] {
        var hash = SHA256()
        for file in sorted.files {
            for text in [file.path, file.text] {
                withUnsafeBytes(of: UInt64(text.utf8.count).bigEndian) { length in
                    hash.update(bufferPointer: length)
                }
                hash.update(data: Array(text.utf8))
            }
        }
        return Array(hash.finalize())
    }
}
