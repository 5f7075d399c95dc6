package import ContentMatching

extension Bundle {
    /// Checks and compiles a bundle and runs the tests beside its rules, or tells everything that
    /// is wrong with it, with its place. A test that fails is a fault.
    ///
    /// The order of the files means nothing.
    ///
    /// - Parameter store: keeps compiled patterns for the next time.
    package static func load(
        _ source: BundleSource,
        store: (any DatabaseStore)? = nil
    ) -> Result<Bundle, BundleErrors> {
        compile(source, store: store).flatMap { bundle in
            let faults = bundle.runTests().flatMap(\.faults)
            return faults.isEmpty ? .success(bundle) : .failure(BundleErrors(faults))
        }
    }

    /// The same without running the tests.
    package static func compile(
        _ source: BundleSource,
        store: (any DatabaseStore)? = nil
    ) -> Result<Bundle, BundleErrors> {
        let reading = BundleReading(source, store: store)
        let errors = reading.errors
        guard errors.isEmpty else { return .failure(BundleErrors(errors)) }
        return .success(Bundle(reading, source: source))
    }
}

extension RuleTestResult {
    /// What is not as expected, each with the test's place.
    package var faults: [Diagnostic] {
        problems.map { test.place.saying("the test fails: \($0)") }
    }
}
