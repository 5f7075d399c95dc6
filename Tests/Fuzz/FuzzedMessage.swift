import Foundation
import PolicyEngine
import PolicyFiles

enum FuzzedMessage {
    private nonisolated(unsafe) static let judge: Judge = {
        switch PolicyFolder(path: "Policies").load() {
        case .success(let bundle): return Judge(bundle: bundle, counters: RateCounters())
        case .failure(let errors):
            FileHandle.standardError.write(Data("\(errors)\n".utf8))
            exit(1)
        }
    }()

    /// A body gets a verdict whose findings lie within it.
    static func run(_ input: UnsafeRawBufferPointer) {
        let bundle = judge.bundle
        for channel in bundle.supposedChannels() {
            guard let subject = try? bundle.member(supposed: SupposedMember()) else { return }
            let verdict = judge.judge(
                Scenario(
                    occasion: .message,
                    body: Array(input),
                    circumstances: Circumstances(
                        now: 834_840_000_000_000,
                        request: RequestFacts(
                            address: "192.0.2.1",
                            origin: "",
                            agent: "",
                            isTLS: true
                        ),
                        subject: subject,
                        channel: channel
                    )
                )
            )
            for finding in verdict.findings {
                precondition(0 <= finding.start && finding.start < finding.end)
                precondition(finding.end <= input.count + subject.name.utf8.count)
            }
        }
    }
}
