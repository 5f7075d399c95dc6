import JSONDocument

/// Finds the place at which a schema's text is not the JSON that is wanted.
struct SyntaxFault {
    let message: String
    /// In bytes of the text.
    let offset: Int

    private enum Wanted { case value, valueOrClose, key, keyOrClose, colon, commaOrClose, end }

    /// The fault for which the parser refused the text.
    init(_ refusal: JSONRefusal, in text: String, depthMax: Int) {
        var scanner = TextScanner(text)
        var search = Search(depthMax: depthMax, seeksNumber: refusal == .number)
        while let token = scanner.next() {
            if let message = search.fault(token, scanner) {
                self.init(message: message, offset: scanner.start)
                return
            }
        }
        switch refusal {
        case .tooLarge: self.init(message: "the schema is too large", offset: 0)
        default:
            let isEmpty = text.utf8.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            self.init(
                message: isEmpty ? "the file is empty" : "the text ends before the JSON does",
                offset: text.utf8.count
            )
        }
    }

    private init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    private struct Search {
        let depthMax: Int
        let seeksNumber: Bool
        private var wanted = Wanted.value
        private var open: [UInt8] = []
        private var keys: [Set<[UInt8]>] = []

        init(depthMax: Int, seeksNumber: Bool) {
            self.depthMax = depthMax
            self.seeksNumber = seeksNumber
        }

        mutating func fault(_ token: TextScanner.Token, _ scanner: TextScanner) -> String? {
            if case .fault(let message) = token { return message }
            switch (wanted, token) {
            case (.key, .string), (.keyOrClose, .string):
                wanted = .colon
                return key(scanner)
            case (.colon, .colon): wanted = .value
            case (.value, .open(let byte)), (.valueOrClose, .open(let byte)):
                open.append(byte)
                keys.append([])
                wanted = byte == UInt8(ascii: "{") ? .keyOrClose : .valueOrClose
                if open.count > depthMax { return "the schema is nested deeper than \(depthMax)" }
            case (.value, .string), (.value, .literal), (.valueOrClose, .string),
                (.valueOrClose, .literal):
                afterValue()
            case (.value, .number), (.valueOrClose, .number):
                afterValue()
                if seeksNumber, isTooLarge(scanner) { return "the number does not fit 64 bits" }
            case (.commaOrClose, .comma):
                wanted = open.last == UInt8(ascii: "{") ? .key : .value
            case (.keyOrClose, .close(let byte)), (.valueOrClose, .close(let byte)),
                (.commaOrClose, .close(let byte)):
                // A bracket and a brace differ from their partners by 2 in ASCII.
                guard open.popLast() == byte - 2 else { return "this closes what isn't open" }
                keys.removeLast()
                afterValue()
            default: return complaint(token)
            }
            return nil
        }

        private mutating func afterValue() {
            wanted = open.isEmpty ? .end : .commaOrClose
        }

        private mutating func key(_ scanner: TextScanner) -> String? {
            let key = Array(scanner.lastBytes)
            guard keys[keys.count - 1].insert(key).inserted else {
                return "the key \(String(decoding: key, as: UTF8.self)) stands here twice"
            }
            return nil
        }

        private func isTooLarge(_ scanner: TextScanner) -> Bool {
            let text = String(decoding: scanner.lastBytes, as: UTF8.self)
            let isFraction = text.contains { ".eE".contains($0) }
            if isFraction { return Double(text).map { !$0.isFinite } ?? true }
            return Int64(text) == nil && UInt64(text) == nil
        }

        private func complaint(_ token: TextScanner.Token) -> String {
            switch (wanted, token) {
            case (.key, .close), (.value, .close):
                "a comma stands before this, but nothing follows it"
            case (.key, _), (.keyOrClose, _): "a key in double quotes is wanted here"
            case (.colon, _): "a colon is wanted here"
            case (.commaOrClose, _): "a comma is missing before this"
            case (.end, _): "the schema has ended before this"
            default: "a value is wanted here"
            }
        }
    }
}
