/// Finds one kind of detail that is told by its form.
package struct Detector: Hashable, Sendable {
    package let kind: Kind
    /// Domains that `link` lets pass, with all that ends in them; lower case, ASCII.
    package let allowedDomains: Set<String>

    /// The names that policy files use.
    package enum Kind: String, CaseIterable, Sendable {
        case email, phone, iban, card, ppsn, eircode, nino, postcode, ip, link, handle
        case dateOfBirth = "date-of-birth"
    }

    package init(_ kind: Kind, allowedDomains: [String] = []) {
        self.kind = kind
        self.allowedDomains = Set(allowedDomains)
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

    /// Whether a text that has this may have what the detector finds; it is not asked otherwise.
    func mayFind(_ contents: DetectorText.Contents, atSigns: Int) -> Bool {
        switch kind {
        case .email: atSigns > 0
        case .phone: contents.digits >= 8
        case .iban: contents.digits >= 5
        case .card: contents.digits >= 13
        case .ppsn: contents.digits >= 7
        case .nino: contents.digits >= 6
        case .eircode, .ip: contents.digits > 0
        case .postcode: contents.digits >= 2
        case .link: true
        case .handle:
            contents.hasAtSign || contents.hasHash || contents.meanings.contains(.network)
        case .dateOfBirth: contents.digits >= 3 && contents.meanings.contains(.birth)
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
        for (matcher, detector) in detectors
        where detector.mayFind(text.contents, atSigns: text.atSigns.count) {
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
