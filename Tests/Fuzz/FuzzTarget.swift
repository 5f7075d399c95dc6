import Foundation

/// What libFuzzer's inputs are given to: `TOUCHLINE_FUZZ` names one.
enum FuzzTarget: String, CaseIterable {
    /// An expression, compiled and evaluated.
    case condition
    /// A JSON document, read and written.
    case document
    /// A JSON Schema, and after a NUL a document that it judges.
    case schema
    /// Files of a small bundle that is good otherwise.
    case bundle, rules, tests, list
    /// A message's body, judged by the policies in `Policies`.
    case message

    static let chosen: FuzzTarget = {
        let name = ProcessInfo.processInfo.environment["TOUCHLINE_FUZZ"] ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            let names = allCases.map(\.rawValue).joined(separator: ", ")
            FileHandle.standardError.write(Data("TOUCHLINE_FUZZ is one of: \(names)\n".utf8))
            exit(64)
        }
        return target
    }()

    /// Tries an input. It traps when what comes out can't be right.
    func run(_ input: UnsafeRawBufferPointer) {
        switch self {
        case .document: FuzzedDocument.run(input)
        case .message: FuzzedMessage.run(input)
        case .condition: FuzzedCondition.run(String(decoding: input, as: UTF8.self))
        case .schema: FuzzedSchema.run(input)
        case .bundle, .rules, .tests, .list:
            FuzzedPolicies.run(self, String(decoding: input, as: UTF8.self))
        }
    }
}

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTarget.chosen.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
