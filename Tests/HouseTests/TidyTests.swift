import Testing

/// How the files are cut and named.
struct TidyTests {
    /// Above this many lines a file asks to be split.
    static let linesAdvised = 400
    /// Above this many lines it must be.
    static let linesMax = 600

    @Test("a file stays short")
    func filesStayShort() throws {
        let files = try House.files(
            under: ["Sources", "Tests"],
            endings: [".swift", ".c", ".cpp", ".h", ".py"]
        )
        for file in files {
            #expect(file.lines.count <= Self.linesMax, "\(file) has \(file.lines.count) lines")
            if file.lines.count > Self.linesAdvised {
                Issue.record(
                    "\(file) has \(file.lines.count) lines: are there two nouns in it?",
                    severity: .warning
                )
            }
        }
    }

    @Test("a file is named for what it holds, not for being useful")
    func filesAreNamedForTheirNoun() throws {
        for file in try House.files(under: ["Sources", "Tests"], endings: [".swift", ".py"]) {
            for word in ["Utils", "Helpers", "Manager"] {
                #expect(!file.name.lowercased().contains(word.lowercased()), "\(file)")
            }
        }
    }

    @Test("nothing tells of the machine or the conversation that it was written in")
    func nothingTellsOfItsMaking() throws {
        // Put together here, so that this file passes its own test.
        let forbidden = ["/wo" + "rk/", "/ro" + "ot/", "issue" + " #", "session" + " 1"]
        let files = try House.files(
            under: [
                "Sources", "Tests", "Policies", "sql", "docs", "scripts", "Benchmarks",
                "Package.swift", "README.md",
            ],
            endings: [".swift", ".py", ".c", ".cpp", ".h", ".md", ".sql", ".yaml", ".yml"]
        )
        #expect(files.contains { $0.path == "Package.swift" })
        for file in files {
            for (index, line) in file.lines.enumerated() {
                for word in forbidden {
                    #expect(!line.contains(word), "\(file):\(index + 1) mentions \(word)")
                }
            }
        }
    }
}
