import Handshake
import NIOHTTP1

extension RequestHead {
    init(_ head: HTTPRequestHead) {
        self.init(
            method: head.method.rawValue,
            target: head.uri,
            version: .init(major: head.version.major, minor: head.version.minor),
            headers: head.headers.map { ($0.name, $0.value) }
        )
    }
}
