import ArgumentParser
import Clockwork
import Inspection
import JSON

/// `orderflow audit`: joins the ledgers and proves what held.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract:
            "Hold all ledgers against each other, and prove that no order was lost, invented, doubled or altered.",
        discussion: """
            Works on a dead system as on a live one; in the middle of a run, what is under way is no breach. Without --require \
            it demands everything that a row can break, and measures the rest: \
            \(Requirement.allCases.filter { !Requirement.demandedAlways.contains($0) }.map(\.rawValue).joined(separator: ", ")).

            Names for --require: \(Requirement.allCases.map(\.rawValue).joined(separator: ", ")).

            Where queue or stream are another's, such as Amazon's, the queue is asked how much it holds, and what is decided \
            inside of them is listed as not seen: then the word is HELD AS FAR AS SEEN, unless --require asks for just that.

            Exits with 0 when everything demanded held, 1 when something did not, 2 for wrong usage, 3 when a ledger that is \
            needed is missing so that nothing was proven, 4 when there is no such directory or order.
            """)

    @OptionGroup var data: DataOptions
    @Option(help: "Demand these and no others, separated by commas.", transform: Self.requirements)
    var require: [Requirement]?
    @Flag(help: "Demand that nothing is under way any more.") var atRest = false
    @Flag(help: "Deliveries that were given up are no breach.") var parkedIsFine = false
    @Option(help: ArgumentHelp("Tell the verdict on one order and its whole way.", valueName: "number"))
    var explain: String?
    @Option(help: "Lines of evidence for each requirement.") var evidence = 10
    @OptionGroup var output: PageOptions

    func run() async throws {
        let path = await data.path()
        let ledgers = try Ledgers(in: path)
        var settings = AuditSettings(now: SystemTime().now)
        settings.demandsRest = atRest
        settings.allowsParked = parkedIsFine
        settings.mostEvidence = max(1, evidence)
        settings.faults = FaultTimeline(in: path)
        settings.elsewhere = try await QueueSight(directory: path).look()
        let report = try Audit.report(on: ledgers, settings)
        let demanded = require ?? Requirement.demandedAlways
        let outcome = report.outcome(demanding: demanded, strictly: require != nil)
        if let explain {
            try tell(of: explain, report, ledgers, settings)
        } else {
            output.print(report.json(demanding: demanded, strictly: require != nil)) {
                AuditPage(report, outcome, demanded: demanded, elsewhere: settings.elsewhere).text
            }
        }
        let status = outcome.exitStatus
        if status != 0 { throw ExitCode(status) }
    }

    private func tell(of number: String, _ report: AuditReport, _ ledgers: Ledgers, _ settings: AuditSettings)
        throws
    {
        guard let trace = try OrderTrace(of: number, in: ledgers, faults: settings.faults, now: settings.now)
        else {
            throw Ending.noOrder(number)
        }
        let told = try Audit.explanation(of: number, in: ledgers)
        output.print(told.json(with: trace)) {
            "\(PlainText.forTerminal(number)): \(told.verdict?.rawValue ?? "no verdict")\n"
                + (told.lastPlace.isEmpty ? "" : "\(PlainText.forTerminal(told.lastPlace))\n") + "\n"
                + trace.text()
        }
    }

    private static func requirements(_ text: String) throws -> [Requirement] {
        try text.split(separator: ",").map { name in
            guard let requirement = Requirement(rawValue: String(name)) else {
                let known = Requirement.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no requirement \(name). There are: \(known).")
            }
            return requirement
        }
    }
}

/// An audit's report for eyes.
private struct AuditPage {
    private let report: AuditReport
    private let outcome: AuditOutcome
    private let demanded: [Requirement]
    private let elsewhere: Elsewhere?

    init(
        _ report: AuditReport, _ outcome: AuditOutcome, demanded: [Requirement], elsewhere: Elsewhere?
    ) {
        self.report = report
        self.outcome = outcome
        self.demanded = demanded
        self.elsewhere = elsewhere
    }

    var text: String {
        var lines = [
            " \(Output.painted(outcome.word, good: outcome.exitStatus == 0))   \(phase)", "",
            " \(report.equation)   lost \(report.equation.lost)", " \(beside)", "",
        ]
        for result in report.requirements where demanded.contains(result.requirement) {
            lines += self.lines(for: result)
        }
        let measured = report.requirements.filter { !demanded.contains($0.requirement) && $0.held != nil }
        if !measured.isEmpty {
            lines += ["", " measured, not demanded:"] + measured.flatMap { self.lines(for: $0) }
        }
        lines += partnerLines + recoveryLines + notableLines + ledgerLines + elsewhereLines
        return lines.map { "\($0)\n" }.joined()
    }

    private var phase: String {
        guard !report.backlog.isEmpty else {
            guard let elsewhere, elsewhere.queue != nil, elsewhere.told == nil else {
                return "at rest: nothing is under way"
            }
            return "nothing is under way in the ledgers; what the queue holds is not known"
        }
        let parts =
            report.backlog.json.object?.members.filter { $0.value != 0 }.map {
                "\($0.name) \($0.value.shown)"
            } ?? []
        return "in the middle of a run: \(parts.joined(separator: ", "))"
    }

    private var beside: String {
        let counts = report.counts
        let sent = counts.deliberate.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return
            "beside it: \(counts.repeats) repeats absorbed, \(counts.conflicts) conflicts, \(counts.deadLetters.map { "\($0) dead letters" } ?? "dead letters not known"), "
            + (counts.cancellations.map { "\($0), " } ?? "")
            + "\(counts.unknown) unknown, \(counts.refused) refused"
            + (sent.isEmpty ? "" : "; sent on purpose: \(sent.joined(separator: ", "))")
    }

    private func lines(for result: RequirementResult) -> [String] {
        let mark = result.held.map { $0 ? "✔" : "✘" } ?? "?"
        let name = result.requirement.rawValue.padded(to: 17)
        let figures = result.measured.filter { $0.value != .null }.map { "\($0.name) \($0.value.shown)" }
            .joined(separator: ", ")
        var lines = [" \(mark) \(name) \(figures)"]
        guard result.held != true else { return lines }
        lines.append("     \(result.requirement.sentence)")
        lines += result.evidence.map { "     \(PlainText.forTerminal($0.description))" }
        if result.breaches > result.evidence.count {
            lines.append("     … and \(result.breaches - result.evidence.count) more")
        }
        return lines
    }

    private var partnerLines: [String] {
        guard !report.partners.isEmpty else { return [] }
        return ["", " partners"]
            + report.partners.map { partner in
                " \("".padded(to: 2))\(partner.name.padded(to: 17)) once \(partner.once) of \(partner.expected), "
                    + "repeated \(partner.repeated), missing \(partner.missing), pending \(partner.pending), parked \(partner.parked)"
                    + (partner.ageP95Milliseconds.map { ", p95 age \($0) ms" } ?? "")
            }
    }

    private var recoveryLines: [String] {
        guard !report.recoveries.isEmpty else { return [] }
        return ["", " recovery"]
            + report.recoveries.map { recovery in
                "   \(recovery.fault.words.padded(to: 24)) \(recovery.backlogAtEnd) under way at its end, "
                    + (recovery.seconds.map { "done after \(DecimalText.written($0, digits: 1)) s" }
                        ?? "not done yet")
            }
    }

    private var notableLines: [String] {
        guard !report.notable.isEmpty else { return [] }
        let shown = report.notable.prefix(20)
        var lines = ["", " orders that are not plainly well"]
        lines += shown.map {
            "   \(PlainText.forTerminal($0.orderNumber))  \($0.verdict.rawValue)  \(PlainText.forTerminal($0.lastPlace))"
        }
        if report.notable.count > shown.count {
            lines.append("   … and \(report.notable.count - shown.count) more; --json has all")
        }
        return lines
    }

    private var ledgerLines: [String] {
        let missing = report.ledgers.compactMap { line -> String? in
            switch line.standing {
            case .open: nil
            case .openAsCopy: "   \(line.ledger.file) was read as a copy"
            case .absent: "   \(line.ledger.file) is not here"
            case .unreadable(let reason): "   \(line.ledger.file) cannot be read: \(reason)"
            }
        }
        return missing.isEmpty ? [] : ["", " ledgers"] + missing
    }

    private var elsewhereLines: [String] {
        guard let elsewhere else { return [] }
        let queue = elsewhere.queue.map { queue in
            guard let told = elsewhere.told else {
                return "   the queue is at \(queue); it \(elsewhere.silence)"
            }
            let counts = told.queues.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.total)" }
            return "   the queue is at \(queue), and says that it holds: \(counts.joined(separator: ", "))"
        }
        let stream = elsewhere.stream.map {
            "   the stream is at \($0); outbox, function and courier tell of it"
        }
        return ["", " elsewhere"] + [queue, stream].compactMap(\.self)
    }
}
