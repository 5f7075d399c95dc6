import Foundation
import Hummingbird
import NIOCore

/// What a request of the console is answered with.
struct Answer {
    let status: HTTPResponse.Status
    let type: String
    let body: ByteBuffer
    /// `WWW-Authenticate` (RFC 6750), nil unless the status is 401.
    var challenge: String?

    static func text(_ status: HTTPResponse.Status, _ type: String, _ text: String) -> Answer {
        Answer(status: status, type: type, body: ByteBuffer(string: text))
    }

    static func json(_ status: HTTPResponse.Status, text bytes: [UInt8]) -> Answer {
        Answer(status: status, type: "application/json", body: ByteBuffer(bytes: bytes))
    }

    static func json(_ status: HTTPResponse.Status, _ value: some Encodable) -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Strings, whole numbers and lists of them: nothing that can't be encoded.
        let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
        return json(status, text: [UInt8](data) + [UInt8(ascii: "\n")])
    }

    var response: Response {
        var headers: HTTPFields = [
            .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        if let challenge { headers[.wwwAuthenticate] = challenge }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
