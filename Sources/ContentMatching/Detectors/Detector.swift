/// Finds one kind of detail that is told by its form.
package struct Detector: Hashable, Sendable {
    package let kind: Kind
    /// Domains that `link` lets pass, with all that ends in them; lower case, ASCII.
    package let allowedDomains: [String]

    /// The names that policy files use.
    package enum Kind: String, CaseIterable, Sendable {
        case email, phone, iban, card, ppsn, eircode, nino, postcode, ip, link, handle
        case dateOfBirth = "date-of-birth"
    }

    package init(_ kind: Kind, allowedDomains: [String] = []) {
        self.kind = kind
        self.allowedDomains = allowedDomains
    }
}

extension Detector {
    /// Appends what it finds, as pieces of the detector's text: in order and apart from each other.
    func appendSpans(in text: DetectorText, to spans: inout [Span]) {
        switch kind {
        case .email: EmailDetector.appendSpans(in: text, to: &spans)
        case .phone: PhoneDetector.appendSpans(in: text, to: &spans)
        case .iban: IBANDetector.appendSpans(in: text, to: &spans)
        case .card: CardDetector.appendSpans(in: text, to: &spans)
        case .ppsn: PPSNDetector.appendSpans(in: text, to: &spans)
        case .eircode: EircodeDetector.appendSpans(in: text, to: &spans)
        case .nino: NINODetector.appendSpans(in: text, to: &spans)
        case .postcode: PostcodeDetector.appendSpans(in: text, to: &spans)
        case .ip: IPDetector.appendSpans(in: text, to: &spans)
        case .link: LinkDetector(allowed: allowedDomains).appendSpans(in: text, to: &spans)
        case .handle: HandleDetector.appendSpans(in: text, to: &spans)
        case .dateOfBirth: BirthDateDetector.appendSpans(in: text, to: &spans)
        }
    }

    /// What a text must have for the detector to find anything; it is not asked otherwise.
    var needs: DetectorText.Contents {
        switch kind {
        case .email, .link, .handle, .phone: []
        case .iban, .card, .ppsn, .eircode, .nino, .postcode, .dateOfBirth, .ip: .digit
        }
    }
}

/// The detectors of a bundle.
struct DetectorSet: Sendable {
    private let detectors: [(matcher: Int, detector: Detector)]

    init(_ detectors: [(matcher: Int, detector: Detector)]) {
        self.detectors = detectors
    }

    func appendHits(in text: DetectorText, to hits: inout [Hit]) {
        for (matcher, detector) in detectors where text.contents.isSuperset(of: detector.needs) {
            var spans: [Span] = []
            detector.appendSpans(in: text, to: &spans)
            if spans.isEmpty { continue }
            // Two that share a character that folds to several are one.
            var original = Span.merged(
                spans.prefix(Matcher.hitsMax).map(text.original),
                touching: false
            )
            if spans.count > Matcher.hitsMax {
                original[original.count - 1].end = text.original(spans[spans.count - 1]).end
            }
            for span in original { hits.append(Hit(matcher: matcher, span: span)) }
        }
    }
}
