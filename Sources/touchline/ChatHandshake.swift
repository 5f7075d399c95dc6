import Foundation
import Handshake

/// Reads the hub's answer to the opening handshake.
struct ChatHandshake {
    private let acceptKey: String
    private var bytes: [UInt8] = []

    enum Progress: Equatable {
        case needMore
        /// The connection is open; these bytes are already frames.
        case open(rest: [UInt8])
        /// The hub said no, or what answers is no hub.
        case refused(String)
    }

    /// - Parameter key: the `Sec-WebSocket-Key` that was sent.
    init(key: String) { acceptKey = OpeningHandshake.acceptKey(for: key) }

    mutating func take(_ more: some Sequence<UInt8>) -> Progress {
        bytes += more
        guard let end = headEnd else {
            return bytes.count < Self.bytesMax
                ? .needMore : .refused("the answer is no HTTP: is this a hub's address?")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            return .refused("the answer is no HTTP/1.1: is this a hub's address?")
        }
        let fields = Dictionary(
            lines.dropFirst().compactMap { line -> (String, String)? in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                return (line[..<colon].lowercased(), value)
            },
            uniquingKeysWith: { first, _ in first }
        )
        let body = Array(bytes[(end + 4)...])
        guard status == 101 else { return refusal(status, fields, body) }
        guard fields["upgrade"]?.lowercased() == "websocket",
            fields["sec-websocket-accept"] == acceptKey,
            fields["sec-websocket-protocol"] == "touchline.v1"
        else { return .refused("the server speaks another protocol than touchline.v1.") }
        return .open(rest: body)
    }

    private func refusal(
        _ status: Int,
        _ fields: [String: String],
        _ body: [UInt8]
    ) -> Progress {
        let length = fields["content-length"].flatMap(Int.init) ?? 0
        guard body.count >= min(length, Self.bytesMax) else { return .needMore }
        guard
            let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let code = object["code"] as? String, let message = object["message"] as? String
        else {
            return .refused("the server answered \(status): is this a hub's address?")
        }
        let decision = (object["decision"] as? String).map { ", decision \($0)" } ?? ""
        let text = SafeText.line("\(message) (\(status) \(code)\(decision))")
        return .refused("the hub refused the connection: \(text)")
    }

    private var headEnd: Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        return (0...bytes.count - mark.count).first { bytes[$0..<$0 + 4].elementsEqual(mark) }
    }

    /// A head and a refusal's body together; the hub's have some hundred bytes.
    private static let bytesMax = 64 << 10
}
