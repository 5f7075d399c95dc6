import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// Network errors in words.
enum ChatFailure {
    static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if !error.connectionErrors.isEmpty {
                let reasons = error.connectionErrors.map { sentence($0.error) }
                return reasons.first ?? "no connection."
            }
            return "there is no machine '\(error.host)'."
        case let error as IOError: return String(cString: strerror(error.errnoCode)) + "."
        case ChannelError.connectTimeout: return "nothing answered in time."
        case NIOSSLError.handshakeFailed(.sslError(let errors)):
            let text = "\(errors)"
            return text.contains("CERTIFICATE_VERIFY_FAILED")
                ? "its certificate is not trusted here: name the one to trust with --ca."
                : "TLS could not be agreed on: \(text)"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "its certificate is for another name than the address."
        default: return "\(error)"
        }
    }
}
