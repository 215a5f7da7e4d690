import Clockwork
import Inspection
import JSON

extension RunStory {
    /// Reads a run's directory. The same directory gives the same story, today and in a year.
    ///
    /// - Parameter change: Limits other than the usual ones, as a scenario may have them.
    /// - Throws: `LedgerError` when there is no such directory, or a ledger is damaged in the middle of the reading.
    init(of directory: RunDirectory, changing change: (inout AuditSettings) -> Void = { _ in }) throws {
        let notes = RunNotes(in: directory)
        let ledgers = try Ledgers(in: directory.path)
        var settings = AuditSettings(now: notes.moments.max() ?? .distantPast)
        settings.demandsRest = notes.verdict != nil
        settings.faults = notes.faults
        settings.elsewhere = directory.elsewhere
        change(&settings)
        let audit = try Audit.report(on: ledgers, settings)
        let demanded = Self.demanded(by: notes)
        let flows = FlowReader(ledgers: ledgers)

        name = directory.path.split(separator: "/").last.map(String.init) ?? directory.path
        path = directory.path
        verdict = RunVerdict(of: audit, demanding: demanded, notes: notes)
        self.audit = audit
        self.demanded = demanded
        outages = notes.faults.faults.map { fault in
            Outage(
                fault: fault, proof: notes.proof(of: fault),
                recovery: audit.recoveries.first { $0.fault == fault })
        }
        shop = try flows.shop()
        intake = try flows.intake()
        partners = try flows.partners()
        journeys = try JourneyReader(ledgers: ledgers).journeys()
        remarkable = try RemarkReader(ledgers: ledgers).orders()
        self.notes = notes
        missing = Dictionary(
            uniqueKeysWithValues: audit.ledgers.compactMap { line in
                line.standing.whyMissing(line.ledger).map { (line.ledger, $0) }
            })
        span = Self.span(of: notes, journeys)
    }

    /// The conductor's clock says how long the run was. Without his notes the orders do, each by the clock of the house
    /// that had it.
    private static func span(of notes: RunNotes, _ journeys: [OrderJourney]) -> ClosedRange<Timestamp> {
        let told = notes.moments
        let moments = told.count > 1 ? told : journeys.flatMap { [$0.sentAt, $0.lastSeenAt] }
        guard let first = moments.min(), let last = moments.max() else {
            return .distantPast ... .distantPast
        }
        return first...last
    }

    private static func demanded(by notes: RunNotes) -> [Requirement] {
        let names = notes.verdict?["must_hold"]?.array?.compactMap { $0["name"]?.string } ?? []
        let known = names.compactMap(Requirement.init)
        return known.isEmpty ? Requirement.demandedAlways : known
    }
}

extension RunVerdict {
    /// What was written at the end counts; where the ledgers say something else by now, that is told beside it.
    init(of audit: AuditReport, demanding demanded: [Requirement], notes: RunNotes) {
        let outcome = audit.outcome(demanding: demanded)
        let written = notes.verdict?["verdict"]?.string?.uppercased()
        word = written ?? outcome.word
        remarks = []
        if let why = notes.verdict?["why"]?.string { remarks.append(why) }
        switch outcome {
        case .held: break
        case .heldAsFarAsSeen(let unseen):
            remarks += unseen.map { result in
                "\(result.requirement.rawValue) was not decided: "
                    + result.evidence.map(\.description).joined(separator: "; ")
            }
        case .broken(let result):
            remarks.append("\(result.requirement.rawValue) did not hold: \(result.requirement.sentence)")
        case .invalid(let result):
            remarks.append(
                "\(result.requirement.rawValue) could not be proven: "
                    + result.evidence.map(\.description).joined(separator: "; "))
        }
        if written == nil {
            remarks.append(
                "The run did not come to its end, so this is the verdict of its ledgers as they lie.")
        } else if let written, ["HELD", "BROKEN"].contains(written), written != outcome.word {
            remarks.append(
                "The run's own verdict was \(written); its ledgers as they lie now say \(outcome.word).")
        }
    }
}

extension LedgerStanding {
    /// Why nothing can be told from a ledger; nil when it could be read.
    fileprivate func whyMissing(_ ledger: Ledger) -> String? {
        switch self {
        case .open, .openAsCopy: nil
        case .absent: "\(ledger.file) is not here"
        case .unreadable(let reason): "\(ledger.file) cannot be read: \(reason)"
        }
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(seconds: 0)
}
