import Outcomes

/// Harmless messages, of which no rule should take offence: `corpus/<name>.txt`, one a line.
package struct Corpus: Sendable {
    package let messages: [Message]

    /// A line that isn't empty.
    package struct Message: Hashable, Sendable {
        /// The file, and the line counted from 1.
        package let file: String
        package let line: Int
        package let text: String
    }

    /// - Parameter files: path as the operator knows it, and text.
    package init(_ files: [(path: String, text: String)]) {
        messages = files.flatMap { file in
            file.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .enumerated()
                .filter { !$0.element.allSatisfy(\.isWhitespace) }
                .map { Message(file: file.path, line: $0.offset + 1, text: String($0.element)) }
        }
    }
}

/// What a rule took offence at in a harmless message.
package struct FalsePositive: Sendable {
    package let message: Corpus.Message
    package let rule: Rule
    /// The channel's kind in which it did.
    package let kind: String
    package let found: [Found]
}

/// What a bundle makes of a corpus.
package struct CorpusReport: Sendable {
    /// By the order of the messages, then by the rules' ids; a message once for each rule.
    package internal(set) var falsePositives: [FalsePositive] = []
    /// Messages that the schema of their kind refuses, and why.
    package internal(set) var refused: [(message: Corpus.Message, problem: String)] = []
    /// In how many messages each part of the rules' matches found something, whether or not a rule
    /// took offence; the parts as the operator wrote them, such as `list conduct`.
    package internal(set) var finds: [String: Int] = [:]
}

extension Bundle {
    /// Judges harmless messages as plain messages of an adult and of a minor, both without roles, in
    /// a channel of each kind with a youth team's roster, at a noon in June.
    ///
    /// A rule that found something and hit is a false positive, whether enforced or shadow; one from
    /// which nothing follows isn't, nor one that asks for no text.
    ///
    /// - Parameter progress: called before each message, with how many were judged.
    package func judge(_ corpus: Corpus, progress: (Int) -> Void = { _ in }) -> CorpusReport {
        let counters = RateCounters()
        let judge = Judge(bundle: self, counters: counters)
        let people = [false, true].map {
            members.supposed(name: "Sam", isMinor: $0, roles: [], claims: [:])
        }
        let channels = supposedChannels()
        var report = CorpusReport()
        for source in messageMatches.flatMap(\.parts).map(\.source) { report.finds[source] = 0 }
        for (number, message) in corpus.messages.enumerated() {
            progress(number)
            let settings = channels.flatMap { channel in people.map { (channel, $0) } }
            var known: Set<String> = []
            for (number, (channel, subject)) in settings.enumerated() {
                let scenario = message.scenario(of: subject, in: channel)
                counters.forget()
                let verdict = judge.judge(scenario)
                if let problem = verdict.problem {
                    report.refused.append((message, problem))
                    break
                }
                // Where nothing is found in any text, nothing is found in another channel.
                if !judge.findsAnything { break }
                if number == 0 {
                    for source in judge.finders { report.finds[source, default: 0] += 1 }
                }
                for (rule, found) in judge.offended(verdict, scenario)
                where known.insert(rule.id).inserted {
                    report.falsePositives.append(
                        FalsePositive(
                            message: message,
                            rule: rule,
                            kind: channel.kind,
                            found: found
                        )
                    )
                }
            }
        }
        return report
    }
}

extension Corpus.Message {
    fileprivate func scenario(of subject: MemberFacts, in channel: ChannelFacts) -> Scenario {
        Scenario(
            occasion: .message,
            body: Scenario.body(text: text),
            circumstances: Circumstances(
                now: RuleTest.defaultNow,
                request: RequestFacts(address: "192.0.2.1", origin: "", agent: "", isTLS: true),
                subject: subject,
                channel: channel
            )
        )
    }
}

extension Bundle {
    fileprivate var messageMatches: [Match] {
        rules.filter { $0.occasions.contains(.message) }.compactMap(\.conditions.match)
    }
}

extension Judge {
    /// Whether anything was found in the texts that were judged last.
    fileprivate var findsAnything: Bool { !scan.hits.isEmpty }

    /// The parts of the rules' matches that found something in them.
    fileprivate var finders: Set<String> {
        var finders: Set<String> = []
        for match in bundle.messageMatches {
            for part in match.parts where !finders.contains(part.source) {
                let alone = Match(pointers: match.pointers, parts: [part])
                if !alone.taken(of: scan.hits).isEmpty { finders.insert(part.source) }
            }
        }
        return finders
    }

    /// The rules that hit for what they found, and from which something follows.
    fileprivate func offended(_ verdict: Verdict, _ scenario: Scenario) -> [(Rule, [Found])] {
        let rules = bundle.rules.filter { rule in
            verdict.hits(rule.id) && rule.hasConsequences
                && verdict.findings.contains { $0.rule == rule.id }
        }
        if rules.isEmpty { return [] }
        let name = scenario.circumstances.subject.name
        return withItem(of: scenario) { item in
            rules.compactMap { rule in
                guard let match = rule.conditions.match else { return nil }
                scan.scan(item, name: name, at: match.pointers)
                return (rule, found(by: match, in: item, name: name))
            }
        } ?? []
    }
}

extension Rule {
    /// Whether anything follows when it hits.
    fileprivate var hasConsequences: Bool {
        disposition != .allow || score > 0 || !effects.isEmpty
    }
}
