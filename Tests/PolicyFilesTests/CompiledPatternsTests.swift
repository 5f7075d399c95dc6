import Foundation
import Testing

@testable import PolicyFiles

@Suite("Compiled patterns in files")
struct CompiledPatternsTests {
    private static let name = "00112233aabbccdd"

    @Test("what was kept is given back, from a private file in a private folder")
    func kept() throws {
        let home = try TemporaryFolder()
        let store = CompiledPatterns(folder: home.path + "/cache")
        #expect(store.database(named: Self.name) == nil)
        store.keep([1, 2, 3], named: Self.name)
        store.keep([4, 5], named: Self.name)
        #expect(store.database(named: Self.name) == [4, 5])
        let names = try FileManager.default.contentsOfDirectory(atPath: home.path + "/cache")
        #expect(names == ["\(Self.name).patterns"])
        for (path, mode) in [("/cache", 0o700), ("/cache/\(Self.name).patterns", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: home.path + path)
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
    }

    @Test(
        "what others may have written is passed over",
        arguments: ["", "/00112233aabbccdd.patterns"]
    )
    func others(path: String) throws {
        let home = try TemporaryFolder()
        let store = CompiledPatterns(folder: home.path + "/cache")
        store.keep([1], named: Self.name)
        #expect(chmod(home.path + "/cache" + path, path.isEmpty ? 0o770 : 0o660) == 0)
        #expect(store.database(named: Self.name) == nil)
    }

    @Test("a link is not followed, and nothing is kept where a folder can't be made")
    func links() throws {
        let home = try TemporaryFolder()
        try home.write("elsewhere.patterns", "x")
        let store = CompiledPatterns(folder: home.path + "/cache")
        store.keep([1], named: "0000000000000000")
        try home.link("cache/\(Self.name).patterns", to: "../elsewhere.patterns")
        #expect(store.database(named: Self.name) == nil)
        let none = CompiledPatterns(folder: home.path + "/elsewhere.patterns/cache")
        none.keep([1], named: Self.name)
        #expect(none.database(named: Self.name) == nil)
    }

    @Test("of many files the oldest go")
    func oldest() throws {
        let home = try TemporaryFolder()
        let store = CompiledPatterns(folder: home.path + "/cache")
        for number in 0..<60 { store.keep([1], named: "name-\(number)") }
        let names = try FileManager.default.contentsOfDirectory(atPath: home.path + "/cache")
        #expect(names.count == 50)
        #expect(store.database(named: "name-59") == [1])
    }
}
