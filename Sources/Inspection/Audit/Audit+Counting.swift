import GRDB
import JSON

/// Figures, each counted from the testimonies by one query.
extension Audit {
    func verdicts(in db: Database) throws -> [Verdict: Int] {
        let rows = try Row.fetchAll(db, sql: "SELECT verdict, count(*) FROM audit_verdicts GROUP BY 1")
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                Verdict(rawValue: row[0]).map { ($0, row[1] as Int) }
            })
    }

    func notable(in db: Database) throws -> [AuditReport.NotableOrder] {
        try Row.fetchAll(
            db, sql: "SELECT DISTINCT order_number, verdict FROM audit_verdicts ORDER BY order_number"
        )
        .compactMap { row in
            guard let verdict = Verdict(rawValue: row[1]), !verdict.isPlainlyOK else { return nil }
            let number: String = row[0]
            return AuditReport.NotableOrder(
                orderNumber: number, verdict: verdict,
                lastPlace: try LastKnownPlace.sentence(about: number, in: db))
        }
    }

    func partners(in db: Database) throws -> [AuditReport.PartnerAccount] {
        let names = try String.fetchAll(
            db,
            sql:
                "SELECT partner FROM audit_partners WHERE enabled UNION SELECT partner FROM audit_deliveries ORDER BY 1"
        )
        return try names.map { name in
            let row = try Row.fetchOne(
                db,
                sql: """
                    WITH told AS (SELECT event_id, \(EventSQL.isMissed) AS is_missed FROM audit_outbox b
                                  WHERE published_at IS NOT NULL AND NOT is_late),
                         heard AS (SELECT event_id, count(*) AS times FROM audit_received WHERE partner = :partner
                                   GROUP BY event_id)
                    SELECT (SELECT count(*) FROM told),
                           (SELECT count(*) FROM heard WHERE times = 1), (SELECT count(*) FROM heard WHERE times > 1),
                           (SELECT coalesce(sum(times - 1), 0) FROM heard),
                           (SELECT count(*) FROM audit_deliveries WHERE partner = :partner AND state IN ('pending','retrying')),
                           (SELECT count(*) FROM audit_deliveries WHERE partner = :partner AND state IN ('parked','skipped')),
                           (SELECT count(*) FROM told LEFT JOIN audit_deliveries d
                             ON d.event_id = told.event_id AND d.partner = :partner
                             WHERE d.state IS NOT 'pending' AND d.state IS NOT 'retrying'
                               AND told.event_id NOT IN (SELECT event_id FROM heard)
                               AND (told.is_missed
                                    OR EXISTS (SELECT 1 FROM audit_courier_messages c WHERE c.event_id = told.event_id)))
                    """, arguments: ["partner": name])
            let ages = try Timeliness.ages(partner: name, in: db)
            return AuditReport.PartnerAccount(
                name: name, expected: row?[0] ?? 0, once: row?[1] ?? 0, repeated: row?[2] ?? 0,
                repeats: row?[3] ?? 0,
                missing: row?[6] ?? 0, pending: row?[4] ?? 0, parked: row?[5] ?? 0,
                ageP95Milliseconds: Percentile.of(ages, 95))
        }
    }

    func measures(of requirement: Requirement, _ report: AuditReport) throws -> [RequirementResult.Measure] {
        try allMeasures(of: requirement, report).filter { measure in
            // Nothing is counted where there is nothing to look at.
            switch measure.name {
            case "messages", "dead_letters": !(settings.elsewhere?.has(.queue) ?? false)
            case "records": !(settings.elsewhere?.has(.stream) ?? false)
            default: true
            }
        }
    }

    private func allMeasures(
        of requirement: Requirement, _ report: AuditReport
    ) throws -> [RequirementResult.Measure] {
        func measure(_ name: String, _ query: String) throws -> RequirementResult.Measure {
            let value = try ledgers.look { try Int.fetchOne($0, sql: query) ?? 0 }
            return .init(name: name, value: JSONValue(value))
        }
        switch requirement {
        case .noLoss:
            return report.equation.json.object?.members.map { .init(name: $0.name, value: $0.value) } ?? []
        case .noInvention:
            return [
                try measure("stored", "SELECT count(*) FROM audit_orders"),
                try measure("rejected", "SELECT count(*) FROM audit_rejections"),
                try measure("messages", "SELECT count(*) FROM audit_messages"),
                try measure("records", "SELECT count(*) FROM audit_records"),
            ]
        case .noDuplicate:
            return [
                try measure("orders", "SELECT count(*) FROM audit_orders"),
                try measure(
                    "accepted_events", "SELECT count(*) FROM audit_events WHERE type = 'order.accepted'"),
                try measure("repeats_absorbed", "SELECT \(Counts.repeats)"),
            ]
        case .noAlteration:
            return [
                try measure(
                    "documents", "SELECT count(*) FROM audit_orders WHERE content_sha256 IS NOT NULL"),
                try measure("records", "SELECT count(*) FROM audit_records"),
                try measure("bodies_at_partners", "SELECT count(*) FROM audit_received"),
            ]
        case .published:
            return [
                try measure("events", "SELECT count(*) FROM audit_outbox"),
                try measure("published", "SELECT count(*) FROM audit_outbox WHERE published_at IS NOT NULL"),
                try measure("waiting", "SELECT count(*) FROM audit_outbox WHERE published_at IS NULL"),
                try measure("records", "SELECT count(*) FROM audit_records"),
            ]
        case .orderPerKey:
            return [
                try measure(
                    "orders_with_several_events",
                    "SELECT count(*) FROM (SELECT 1 FROM audit_outbox GROUP BY order_number HAVING count(*) > 1)"
                )
            ]
        case .notified:
            return try ["delivered", "pending", "retrying", "parked", "skipped"].map {
                try measure($0, "SELECT count(*) FROM audit_deliveries WHERE state = '\($0)'")
            }
        case .oneEffect:
            return [
                try measure("receipts", "SELECT count(*) FROM audit_received"),
                try measure("effects", "SELECT coalesce(sum(first_time), 0) FROM audit_received"),
                try measure("repeats", "SELECT count(*) - coalesce(sum(first_time), 0) FROM audit_received"),
            ]
        case .poisonContained:
            return [
                try measure("dead_letters", "SELECT count(*) FROM audit_messages WHERE state = 'dead'"),
                try measure(
                    "deliberate",
                    """
                    SELECT count(*) FROM audit_submissions
                    WHERE deliberate IN \(VerdictSQL.noOrders) AND outcome = 'acknowledged'
                    """
                ),
            ]
        case .explainable, .historyLegal, .shopOpen, .isolation, .freshness, .recovered:
            return []
        }
    }
}

extension Backlog {
    init(in db: Database) throws {
        self.init()
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT (SELECT unsent FROM audit_shop_backlog),
                       (SELECT count(*) FROM audit_messages WHERE state IN ('waiting', 'delayed')),
                       (SELECT count(*) FROM audit_messages WHERE state = 'in flight'),
                       (SELECT count(*) FROM audit_outbox WHERE published_at IS NULL),
                       (SELECT count(*) FROM audit_records r LEFT JOIN audit_checkpoints c USING (shard_id)
                         WHERE r.counter > coalesce(c.counter, 0)
                           AND r.event_id NOT IN (SELECT event_id FROM audit_courier_messages))
                         + (SELECT count(*) FROM audit_outbox b WHERE \(EventSQL.isExpiredUnread)),
                       (SELECT count(*) FROM audit_deliveries WHERE state IN ('pending', 'retrying'))
                """)
        guard let row else { return }
        (unsent, waiting, inFlight, outbox, unread, deliveries) = (
            row[0] ?? 0, row[1], row[2], row[3], row[4], row[5]
        )
    }
}

extension Equation {
    /// - Parameter queueIsHere: As for ``VerdictSQL/judge(in:queueIsHere:)``.
    init(in db: Database, queueIsHere: Bool) throws {
        self.init()
        if !queueIsHere { unseen = 0 }
        let rows = try Row.fetchAll(
            db, sql: "SELECT place, count(*) FROM audit_verdicts WHERE acknowledged GROUP BY place")
        for row in rows {
            let count: Int = row[1]
            acknowledged += count
            switch row[0] as String {
            case "stored": stored = count
            case "rejected": rejected = count
            case "waiting": waiting = count
            case "in flight": inFlight = count
            case "dead letters": deadLetters = count
            case "discarded": discarded = count
            case Verdict.unseen.rawValue: unseen = count
            default: break  // nowhere: that is what `lost` counts
            }
        }
    }
}

extension Counts {
    /// Messages that came again, under a known key with a known content.
    fileprivate static let repeats = """
        (SELECT coalesce(sum(deliveries - 1), 0) FROM audit_inbox)
          + (SELECT coalesce(sum(deliveries - 1), 0) FROM audit_conflicts)
        """

    init(in db: Database) throws {
        self.init()
        let told = try Row.fetchAll(
            db,
            sql: """
                SELECT CASE WHEN acknowledged THEN 'acknowledged' WHEN unknown THEN 'unknown' ELSE 'refused' END, count(*)
                FROM (SELECT max(outcome = 'acknowledged') AS acknowledged, max(outcome = 'unknown') AS unknown
                      FROM audit_submissions WHERE NOT is_late
                      GROUP BY order_number, idempotency_key, trace_id) GROUP BY 1
                """)
        for row in told {
            let count: Int = row[1]
            attempted += count
            switch row[0] as String {
            case "acknowledged": acknowledged = count
            case "unknown": unknown = count
            default: refused = count
            }
        }
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT (SELECT count(*) FROM audit_orders), \(Self.repeats),
                       (SELECT count(*) FROM audit_rejections WHERE code = 'conflict'),
                       (SELECT count(*) FROM audit_messages WHERE state = 'dead'),
                       (SELECT count(*) FROM audit_orders WHERE status = 'cancelled'),
                       (SELECT count(DISTINCT order_number) FROM audit_early_cancellations WHERE outcome = 'applied'),
                       (SELECT count(*) FROM audit_early_cancellations WHERE outcome IS NULL)
                """)
        guard let row else { return }
        (stored, repeats, conflicts, deadLetters) = (row[0], row[1], row[2], row[3])
        (cancelled, cancelledEarly, cancellationsWaiting) = (row[4], row[5], row[6])
        for row in try Row.fetchAll(
            db,
            sql: """
                SELECT deliberate, count(DISTINCT trace_id) FROM audit_submissions
                WHERE deliberate IS NOT NULL AND NOT is_late GROUP BY 1
                """)
        {
            deliberate[row[0] as String] = row[1]
        }
    }
}
