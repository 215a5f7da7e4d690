import Clockwork
import GRDB
import JSON

/// Joins the witnesses: what the shop was told, what each house has on record, what every partner says it
/// received.
///
/// It trusts nobody's counters, only rows, and shares no code with those who wrote them. First it copies what
/// matters out of each ledger (``Testimony``); then it judges the copies. So it works on a dead system as on
/// a live one: in the middle of a run, what is under way is no breach.
package struct Audit {
    let ledgers: Ledgers
    let settings: AuditSettings
    /// What goes on in the street between two copies.
    var meanwhile: () throws -> Void = {}

    /// Audits everything under a data directory.
    ///
    /// - Throws: ``LedgerError`` when there is no such directory, or a ledger is damaged in the middle of the
    ///   reading.
    package static func report(on ledgers: Ledgers, _ settings: AuditSettings) throws -> AuditReport {
        try Audit(ledgers: ledgers, settings: settings).report()
    }

    func report() throws -> AuditReport {
        try gather()
        var report = try ledgers.look { db in
            AuditReport(
                ledgers: ledgers.standings.map {
                    AuditReport.LedgerLine(ledger: $0.ledger, standing: $0.standing)
                },
                backlog: try backlog(in: db), equation: try Equation(in: db, queueIsHere: queueIsHere),
                counts: try counts(in: db),
                verdicts: try verdicts(in: db), requirements: [], partners: try partners(in: db),
                recoveries: try Recovery.all(settings.faults, in: db), notable: try notable(in: db))
        }
        report.requirements = try Requirement.allCases.map { try result(for: $0, in: report) }
        return report
    }

    private var queueIsHere: Bool { !(settings.elsewhere?.has(.queue) ?? false) }

    // MARK: Gathering

    private func gather() throws {
        let arguments = try Self.questions(settings, to: ledgers)
        let mine = Testimony.houses.flatMap(\.self)
        try ledgers.look { db in
            for testimony in mine + [Testimony.received(by: "")] { try testimony.prepare(in: db) }
        }
        for house in Testimony.houses {
            try Testimony.gather(house, from: ledgers, arguments: arguments)
            try meanwhile()
        }
        for partner in ledgers.partners where ledgers.has(.partner(partner)) {
            let received = Testimony.received(by: partner)
            try ledgers.whileAttached(received.ledger) {
                try Testimony.gather([received], from: ledgers, arguments: arguments)
            }
            try meanwhile()
        }
        for testimony in Testimony.latecomers {
            try Testimony.gather([testimony], from: ledgers, arguments: arguments)
        }
        for testimony in mine { try testimony.compare(with: ledgers) }
        try ledgers.look(LetterDecisions.trace)
        try ledgers.look { try VerdictSQL.judge(in: $0, queueIsHere: queueIsHere) }
        try ledgers.look(Acceptances.reckon)
    }

    /// What the queries may ask for by name.
    static func questions(_ settings: AuditSettings, to ledgers: Ledgers) throws -> StatementArguments {
        let witnesses = ledgers.partners.filter { ledgers.has(.partner($0)) }
        return [
            "now": settings.now.microseconds, "live": list(settings.orderQueues),
            "dead": list(settings.deadOrderQueues),
            "stream": settings.eventStream, "witnesses": list(witnesses),
            "parkedIsFine": settings.allowsParked,
            "horizon": try horizon(settings, of: ledgers).description,
        ]
    }

    private static func list(_ names: [String]) -> String {
        JSONValue.array(names.map(JSONValue.string)).text
    }

    /// Records that arrived before this may have expired: by the stream's retention, or by a fault that cut it short.
    private static func horizon(_ settings: AuditSettings, of ledgers: Ledgers) throws -> Timestamp {
        let trimmed = settings.faults.faults.filter { $0.kind == "trim" }.map { $0.endedAt ?? settings.now }
        return trimmed.reduce(try retention(settings, of: ledgers), max)
    }

    private static func retention(_ settings: AuditSettings, of ledgers: Ledgers) throws -> Timestamp {
        guard try ledgers.hasTable("streams", in: .broker) else { return settings.now - .seconds(86_400) }
        let hours = try ledgers.look { db in
            try Int64.fetchOne(
                db, sql: "SELECT min(retention_hours) FROM broker.streams WHERE name = ?",
                arguments: [settings.eventStream])
        }
        return settings.now - .seconds((hours ?? 24) * 3_600)
    }

    // MARK: Judging

    private func result(for requirement: Requirement, in report: AuditReport) throws -> RequirementResult {
        let hasNoBroker = settings.elsewhere?.hasNoBroker ?? false
        let missing = requirement.ledgers.filter { !ledgers.has($0) && !($0 == .broker && hasNoBroker) }
        guard missing.isEmpty else { return .untold(requirement, missing: missing) }
        if let elsewhere = settings.elsewhere {
            if let half = requirement.half, elsewhere.has(half) {
                return try asFarAsSeen(requirement, half, report)
            }
            if requirement == .noLoss, elsewhere.has(.queue) { return try noLoss(report, besides: elsewhere) }
        }
        let timeliness = Timeliness(ledgers: ledgers, settings: settings)
        switch requirement {
        case .noLoss: return try noLoss(report)
        case .explainable: return explainable(report)
        case .historyLegal: return try historyLegal(report)
        case .recovered: return recovered(report)
        case .shopOpen: return try timeliness.shopOpen()
        case .isolation: return try timeliness.hearings().isolation()
        case .freshness: return try timeliness.hearings().freshness()
        default:
            return .counted(
                requirement, try breaches(of: requirement), measured: try measures(of: requirement, report),
                settings)
        }
    }

    func breaches(of requirement: Requirement) throws -> [RequirementResult.Evidence] {
        let arguments = try Self.questions(settings, to: ledgers)
        let asked = Breach.all.filter { breach in
            breach.requirement == requirement && breach.needs.allSatisfy(ledgers.has)
                && !(breach.asks.map { settings.elsewhere?.has($0) ?? false } ?? false)
                && (settings.demandsRest || !breach.onlyAtRest)
        }
        return try asked.flatMap { breach in
            guard try breach.sources.allSatisfy({ try ledgers.hasTable($0, in: .oms) }) else {
                return [
                    RequirementResult.Evidence(
                        details: "orders.db lacks \(breach.sources.joined(separator: ", "))")
                ]
            }
            return try ledgers.look { db in
                try Row.fetchAll(db, sql: breach.query + " ORDER BY 1, 2", arguments: arguments).map {
                    RequirementResult.Evidence(orderNumber: $0[0], details: $0[1] ?? "")
                }
            }
        }
    }

    /// Without the queue's ledger a lost order cannot be told from one that waits, for instance on Amazon.
    private func noLoss(_ report: AuditReport) throws -> RequirementResult {
        let found = try breaches(of: .noLoss)
        let measured = try measures(of: .noLoss, report)
        guard ledgers.has(.broker) || found.isEmpty else {
            let unseen = RequirementResult.Evidence(
                details:
                    "\(found.count) acknowledged orders are neither stored nor rejected, and \(Ledger.broker.file) is "
                    + "not here to tell whether they wait")
            return RequirementResult(
                requirement: .noLoss, held: nil, measured: measured, evidence: [unseen], breaches: 0)
        }
        return .counted(.noLoss, found, measured: measured, settings)
    }

    private func explainable(_ report: AuditReport) -> RequirementResult {
        let unexplained = report.notable.filter(\.lastPlace.isEmpty).map {
            RequirementResult.Evidence(
                orderNumber: $0.orderNumber, details: "\($0.verdict.rawValue), and no row tells why")
        }
        return .counted(
            .explainable, unexplained,
            measured: [
                .init(name: "not_plainly_ok", value: JSONValue(report.notable.count)),
                .init(name: "explained", value: JSONValue(report.notable.count - unexplained.count)),
            ], settings)
    }

    private func historyLegal(_ report: AuditReport) throws -> RequirementResult {
        let checker = FileChecker(ledgers: ledgers, checks: settings.fileChecks)
        let (files, findings) = try checker.findings()
        return .counted(
            .historyLegal, try breaches(of: .historyLegal) + findings,
            measured: [
                .init(name: "orders", value: JSONValue(report.counts.stored)),
                .init(name: "files", value: JSONValue(files)),
            ],
            settings)
    }

    private func recovered(_ report: AuditReport) -> RequirementResult {
        if let elsewhere = settings.elsewhere, elsewhere.has(.queue), elsewhere.told == nil {
            return .untold(.recovered, because: "the queue at \(elsewhere.queue ?? "?") \(elsewhere.silence)")
        }
        var measured =
            report.backlog.json.object?.members.map {
                RequirementResult.Measure(name: $0.name, value: $0.value)
            } ?? []
        let slowest = report.recoveries.compactMap(\.seconds).max()
        measured.append(
            .init(
                name: "slowest_seconds",
                value: slowest.map { .number(DecimalText.written($0, digits: 3)) } ?? .null))
        return RequirementResult(
            requirement: .recovered, held: report.backlog.isEmpty, measured: measured,
            evidence: report.backlog.isEmpty
                ? [] : [.init(details: "under way: \(report.backlog.json.text)")],
            breaches: report.backlog.isEmpty ? 0 : 1)
    }
}

extension RequirementResult {
    static func untold(_ requirement: Requirement, missing: [Ledger]) -> RequirementResult {
        RequirementResult(
            requirement: requirement, held: nil, measured: [],
            evidence: missing.map { Evidence(details: "\($0.file) is not here, or cannot be read") },
            breaches: 0)
    }

    /// There was nothing to tell it by.
    static func untold(_ requirement: Requirement, because reason: String) -> RequirementResult {
        RequirementResult(
            requirement: requirement, held: nil, measured: [], evidence: [.init(details: reason)], breaches: 0
        )
    }

    static func counted(
        _ requirement: Requirement, _ found: [Evidence], measured: [Measure], _ settings: AuditSettings
    ) -> RequirementResult {
        RequirementResult(
            requirement: requirement, held: found.isEmpty, measured: measured,
            evidence: Array(found.prefix(settings.mostEvidence)), breaches: found.count)
    }
}
