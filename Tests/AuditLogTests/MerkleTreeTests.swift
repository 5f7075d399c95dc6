import AuditLog
import Crypto
import Foundation
import Testing

struct MerkleTreeTests {
    /// A tree that is hashed as RFC 6962, section 2.1 defines it, from all of its leaves.
    private static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        if leaves.isEmpty { return .empty }
        if leaves.count == 1 { return leaves[leaves.startIndex] }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return TreeHash(left: root(leaves[..<middle]), right: root(leaves[middle...]))
    }

    private static func leaves(_ count: Int) -> [TreeHash] {
        (0..<count).map { index in
            withUnsafeBytes(of: index.bigEndian) { TreeHash(leafOf: $0) }
        }
    }

    private static func nodes(_ leaves: [TreeHash]) -> TreeProof.Nodes {
        { level, index in
            let start = Int(index) << level
            return root(leaves[start..<start + 1 << level])
        }
    }

    @Test("a leaf and a node are hashed apart, as RFC 6962 says")
    func domains() {
        let empty = TreeHash(leafOf: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(
            empty.description == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        )
        #expect(
            TreeHash.empty.description
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
    }

    @Test("a frontier has the tree's root at every size, and survives being stored")
    func frontier() throws {
        let leaves = Self.leaves(300)
        var frontier = TreeFrontier()
        for size in 0...leaves.count {
            #expect(frontier.size == size)
            #expect(frontier.root == Self.root(leaves[..<size]))
            let bytes = frontier.hashes.joinedBytes
            let hashes = try #require(bytes.withUnsafeBytes { TreeHash.array($0) })
            #expect(TreeFrontier(size: frontier.size, hashes: hashes) == frontier)
            #expect(TreeFrontier(size: frontier.size + 1 << 40, hashes: hashes) == nil)
            if size < leaves.count { frontier.append(leaves[size]) }
        }
    }

    @Test("every leaf of every size is proved; no other leaf, place or proof is")
    func inclusion() throws {
        let leaves = Self.leaves(70)
        for size in 1...leaves.count {
            let root = Self.root(leaves[..<size])
            let nodes = Self.nodes(leaves)
            for index in 0..<Int64(size) {
                let proof = try TreeProof.inclusion(of: index, in: Int64(size), nodes)
                let leaf = leaves[Int(index)]
                func found(
                    _ leaf: TreeHash,
                    _ index: Int64,
                    _ proof: [TreeHash]
                ) -> TreeHash? {
                    TreeProof.root(ofLeaf: leaf, at: index, in: Int64(size), proof: proof)
                }
                #expect(found(leaf, index, proof) == root)
                #expect(found(.empty, index, proof) != root)
                #expect(found(leaf, index + 1, proof) != root)
                #expect(found(leaf, index, proof + [root]) != root)
                if !proof.isEmpty { #expect(found(leaf, index, proof.dropLast()) != root) }
            }
        }
    }

    @Test("every earlier size is consistent with every later one; a forged one is not")
    func consistency() throws {
        let leaves = Self.leaves(40)
        var forged = leaves
        forged[3] = .empty
        for second in 1...leaves.count {
            for first in 1...second {
                let sizes = (Int64(first), Int64(second))
                let nodes = Self.nodes(leaves)
                let proof = try TreeProof.consistency(from: sizes.0, to: sizes.1, nodes)
                func holds(_ from: [TreeHash], _ proof: [TreeHash]) -> Bool {
                    TreeProof.isConsistent(
                        from: (sizes.0, Self.root(from[..<first])),
                        to: (sizes.1, Self.root(leaves[..<second])),
                        proof: proof
                    )
                }
                #expect(holds(leaves, proof))
                #expect(first < 4 || !holds(forged, proof))
                #expect(!holds(leaves, proof + [.empty]))
            }
        }
    }
}

/// Public vectors of transparency-dev/merkle.
struct MerkleConformanceTests {
    private struct Inclusion: Decodable {
        var leafIdx: UInt64
        var treeSize: UInt64
        var root: String?
        var leafHash: String?
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    private struct Consistency: Decodable {
        var size1: UInt64
        var size2: UInt64
        var root1: String?
        var root2: String?
        var proof: [String]?
        var desc: String
        var wantErr: Bool
    }

    static let folder: URL = {
        let environment = ProcessInfo.processInfo.environment
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder =
            environment["TOUCHLINE_CONFORMANCE"].map { URL(filePath: $0, relativeTo: root) }
            ?? root.appending(path: "../shared/conformance")
        return folder.appending(path: "merkle").standardizedFileURL
    }()

    /// Present, or demanded: under `CI=true` a missing folder fails.
    static var runs: Bool {
        FileManager.default.fileExists(atPath: folder.path)
            || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    private static func read<Case: Decodable>(_ name: String) throws -> [Case] {
        let data = try Data(contentsOf: folder.appending(path: name))
        return try JSONDecoder().decode([Case].self, from: data)
    }

    private static func hash(_ base64: String?) -> TreeHash? {
        base64.flatMap { Data(base64Encoded: $0) }.flatMap { TreeHash($0) }
    }

    /// Some vectors have a text instead of a root; its hash stands for it.
    private static func root(_ base64: String?) throws -> TreeHash {
        let bytes = try #require(Data(base64Encoded: base64 ?? ""))
        return TreeHash(bytes) ?? TreeHash(SHA256.hash(data: bytes))
    }

    /// Nil when one of them is no hash: such a proof is refused before anything is hashed.
    private static func hashes(_ proof: [String]?) -> [TreeHash]? {
        let hashes = (proof ?? []).compactMap { hash($0) }
        return hashes.count == proof?.count ?? 0 ? hashes : nil
    }

    @Test("inclusion vectors", .enabled(if: runs, "no merkle/ vectors: set TOUCHLINE_CONFORMANCE"))
    func inclusion() throws {
        let cases: [Inclusion] = try Self.read("inclusion.json")
        #expect(cases.count >= 90)
        for vector in cases {
            var holds = false
            if let leaf = Self.hash(vector.leafHash), let root = Self.hash(vector.root),
                let proof = Self.hashes(vector.proof), let index = Int64(exactly: vector.leafIdx),
                let size = Int64(exactly: vector.treeSize)
            {
                holds = TreeProof.root(ofLeaf: leaf, at: index, in: size, proof: proof) == root
            }
            #expect(holds != vector.wantErr, "\(vector.desc)")
        }
    }

    @Test(
        "consistency vectors",
        .enabled(if: runs, "no merkle/ vectors: set TOUCHLINE_CONFORMANCE")
    )
    func consistency() throws {
        let cases: [Consistency] = try Self.read("consistency.json")
        #expect(cases.count >= 90)
        for vector in cases {
            var holds = false
            if let proof = Self.hashes(vector.proof), let size1 = Int64(exactly: vector.size1),
                let size2 = Int64(exactly: vector.size2)
            {
                holds = TreeProof.isConsistent(
                    from: (size1, try Self.root(vector.root1)),
                    to: (size2, try Self.root(vector.root2)),
                    proof: proof
                )
            }
            #expect(holds != vector.wantErr, "\(vector.desc) \(vector.size1) \(vector.size2)")
        }
    }
}
