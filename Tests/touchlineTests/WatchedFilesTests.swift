import Foundation
import Testing

@testable import touchline

struct WatchedFilesTests {
    @Test("a change is told once, when the files have stood still")
    func changeIsToldOnce() throws {
        let folder = try TemporaryFolder()
        for name in ["c.pem", "k.pem"] { try folder.write(name, "a") }
        var configuration = Configuration()
        configuration.hub.tls = .init(
            certificate: folder.path + "/c.pem",
            key: folder.path + "/k.pem"
        )
        var files = WatchedFiles(configuration)
        var told: [Bool] = []
        func look(_ times: Int) { for _ in 0..<times { told.append(files.haveChanged()) } }
        look(1)
        try folder.write("c.pem", "bb")
        look(1)
        try folder.write("k.pem", "bb")
        look(3)
        #expect(told == [false, false, false, true, false], "the key may follow the certificate")
        told = []
        try FileManager.default.removeItem(atPath: folder.path + "/c.pem")
        look(3)
        #expect(told == [false, true, false], "a file that has gone is a change too")
    }
}
