import Testing

/// Imports run downward only; rooms on one floor don't know each other.
struct FloorTests {
    @Test("every module of the package has a floor")
    func everyModuleHasAFloor() throws {
        let modules = try House.modules()
        #expect(modules.contains("touchline"), "the package's root was not found")
        for module in modules {
            #expect(House.floors[module] != nil, "Sources/\(module) has no floor")
        }
    }

    @Test("an import runs strictly downward")
    func importsRunDownward() throws {
        let files = try House.files(under: ["Sources"], endings: [".swift"])
        #expect(!files.isEmpty)
        for file in files {
            guard let module = file.module, let own = House.floors[module] else { continue }
            for (index, line) in file.lines.enumerated() {
                guard let imported = House.importedModule(line),
                    let floor = House.floors[imported]
                else { continue }
                #expect(
                    floor < own,
                    "\(file):\(index + 1): \(module) (floor \(own)) imports \(imported) (\(floor))"
                )
            }
        }
    }

    @Test(
        "an import line is read whatever stands around its module",
        arguments: [
            ("import NIOCore", "NIOCore"),
            ("package import AuditLog", "AuditLog"),
            ("@preconcurrency public import struct Handshake.Principal", "Handshake"),
            ("    import CPostgres; import CRE2", "CPostgres"),
            ("// import Console", nil),
            ("important()", nil),
        ] as [(String, String?)]
    )
    func importLinesAreRead(line: String, module: String?) {
        #expect(House.importedModule(line[...]) == module)
    }
}
