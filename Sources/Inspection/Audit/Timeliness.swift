import Clockwork
import GRDB
import JSON

/// How fast things went, inside and outside of outages: all times from rows, all outages from the conductor's
/// notes.
struct Timeliness {
    let ledgers: Ledgers
    let settings: AuditSettings

    /// Milliseconds from acceptance to delivery at one partner, ascending.
    ///
    /// - Parameter condition: SQL over `accepted_at` and `delivered_at`.
    static func ages(
        partner: String, where condition: String, _ arguments: StatementArguments = StatementArguments(),
        in db: Database
    ) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: """
                SELECT CAST(round((julianday(d.delivered_at) - julianday(b.created_at)) * 86400000) AS INTEGER) AS age
                FROM audit_deliveries d
                JOIN (SELECT event_id, min(created_at) AS created_at FROM audit_outbox GROUP BY 1) b USING (event_id)
                WHERE d.partner = :partner AND d.state = 'delivered'
                  AND (\(condition.replacing("accepted_at", with: "b.created_at").replacing("delivered_at", with: "d.delivered_at")))
                ORDER BY age
                """, arguments: arguments &+ ["partner": partner])
    }

    // MARK: shop-open

    /// What the shop was told, and how soon, in every window in which something behind the queue was broken;
    /// over the whole run when nothing was.
    func shopOpen() throws -> RequirementResult {
        let windows = settings.faults.faults.filter { !Self.concernsTheShop($0) }
        let excluded = settings.faults.faults.filter(Self.concernsTheShop)
        let rows = try ledgers.look { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT order_number, sent_at, answered_at, outcome, error FROM audit_submissions
                    WHERE NOT is_late ORDER BY submission_id
                    """)
        }
        let tries = rows.compactMap(Try.init).filter { attempt in
            let end = attempt.answeredAt ?? attempt.sentAt
            return (windows.isEmpty || windows.contains { $0.overlaps(attempt.sentAt, end) })
                && !excluded.contains { $0.overlaps(attempt.sentAt, end) }
        }
        let acknowledged = tries.count { $0.outcome == "acknowledged" }
        let share = tries.isEmpty ? 1 : Double(acknowledged) / Double(tries.count)
        let answers = tries.compactMap(\.answerMilliseconds).sorted()
        let p99 = Percentile.of(answers, 99) ?? 0
        var evidence: [RequirementResult.Evidence] = []
        if share < settings.limits.acknowledgedShare {
            evidence += tries.filter { $0.outcome != "acknowledged" }.map {
                .init(
                    orderNumber: $0.order, details: "\($0.outcome) \($0.sentAt): \($0.error ?? "no answer")")
            }
        }
        if Duration.milliseconds(p99) > settings.limits.shopAnswerP99 {
            evidence += tries.filter { ($0.answerMilliseconds ?? 0) >= p99 }.map {
                .init(orderNumber: $0.order, details: "answered after \($0.answerMilliseconds ?? 0) ms")
            }
        }
        return .counted(
            .shopOpen, evidence,
            measured: [
                .init(name: "attempted", value: JSONValue(tries.count)),
                .init(name: "acknowledged", value: JSONValue(acknowledged)),
                .init(name: "share", value: .number(DecimalText.written(share, digits: 4))),
                .init(name: "p99_ms", value: JSONValue(p99)),
            ], settings)
    }

    /// Faults that the shop itself must feel: its own, the queue's, and those of the way between.
    private static func concernsTheShop(_ fault: FaultTimeline.Fault) -> Bool {
        ["shop", "broker", "queue"].contains {
            fault.target == $0 || fault.target.hasPrefix("\($0)->") || fault.target.hasPrefix("\($0).")
        }
            || fault.target == "shop->broker"
    }

    private struct Try {
        let order: String
        let sentAt: Timestamp
        let answeredAt: Timestamp?
        let outcome: String
        let error: String?

        init?(_ row: Row) {
            guard let sentAt = Timestamp(row[1] as String) else { return nil }
            order = row[0]
            self.sentAt = sentAt
            answeredAt = (row[2] as String?).flatMap { Timestamp($0) }
            outcome = row[3]
            error = row[4]
        }

        var answerMilliseconds: Int64? { answeredAt.map { ($0 - sentAt).milliseconds } }
    }

    // MARK: freshness

    /// Deliveries of events that neither came into being nor were delivered while anything was broken.
    func freshness() throws -> RequirementResult {
        var evidence: [RequirementResult.Evidence] = []
        var measured: [RequirementResult.Measure] = []
        for partner in try partners() {
            let ages = try ages(partner, undisturbedBy: settings.faults.faults)
            let p95 = Percentile.of(ages, 95)
            measured.append(.init(name: "\(partner)_p95_ms", value: JSONValue(p95)))
            if let p95, Duration.milliseconds(p95) > settings.limits.freshnessP95 {
                evidence.append(.init(details: "\(partner) heard after \(p95) ms (p95 of \(ages.count))"))
            }
        }
        return .counted(.freshness, evidence, measured: measured, settings)
    }

    // MARK: isolation

    /// For each partner that was away: how soon the others heard meanwhile, beside how soon they hear in
    /// peace.
    func isolation() throws -> RequirementResult {
        var evidence: [RequirementResult.Evidence] = []
        var measured: [RequirementResult.Measure] = []
        let partners = try partners()
        for fault in settings.faults.faults {
            guard
                let away = partners.first(where: {
                    fault.target == "partner-\($0)" || fault.target.hasSuffix("->partner-\($0)")
                })
            else { continue }
            for healthy in partners where healthy != away {
                let (meanwhile, baseline) = (
                    try ages(healthy, during: fault), try ages(healthy, undisturbedBy: settings.faults.faults)
                )
                guard let slow = Percentile.of(meanwhile, 95), let usual = Percentile.of(baseline, 95) else {
                    continue
                }
                measured.append(.init(name: "\(healthy)_during_\(fault.name)_p95_ms", value: JSONValue(slow)))
                measured.append(.init(name: "\(healthy)_baseline_p95_ms", value: JSONValue(usual)))
                let limit = max(
                    settings.limits.isolationFactor * Double(usual),
                    settings.limits.isolationFloor.fractionalSeconds * 1_000)
                if Double(slow) > limit {
                    evidence.append(
                        .init(
                            details:
                                "\(healthy) heard after \(slow) ms while \(away) was away, and after \(usual) ms otherwise"
                        ))
                }
            }
        }
        guard !measured.isEmpty else {
            return RequirementResult(
                requirement: .isolation, held: nil, measured: [],
                evidence: [.init(details: "no partner was away while others heard of anything")], breaches: 0)
        }
        return .counted(.isolation, evidence, measured: measured, settings)
    }

    private func partners() throws -> [String] {
        try ledgers.look {
            try String.fetchAll($0, sql: "SELECT partner FROM audit_partners WHERE enabled ORDER BY 1")
        }
    }

    private func ages(_ partner: String, during fault: FaultTimeline.Fault) throws -> [Int64] {
        try ledgers.look { db in
            try Self.ages(
                partner: partner, where: "accepted_at >= :from AND accepted_at <= :to",
                ["from": fault.effectiveAt.description, "to": (fault.endedAt ?? settings.now).description],
                in: db)
        }
    }

    private func ages(_ partner: String, undisturbedBy faults: [FaultTimeline.Fault]) throws -> [Int64] {
        let spans = faults.map { "('\($0.effectiveAt)', '\($0.endedAt ?? settings.now)')" }.joined(
            separator: ", ")
        let condition =
            faults.isEmpty
            ? "1"
            : """
            NOT EXISTS (WITH broken(began, ended) AS (VALUES \(spans)) SELECT 1 FROM broken
                         WHERE began <= delivered_at AND ended >= accepted_at)
            """
        return try ledgers.look { try Self.ages(partner: partner, where: condition, in: $0) }
    }
}
