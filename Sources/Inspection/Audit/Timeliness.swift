import Clockwork
import GRDB

/// How fast things went, inside and outside of outages: all times from rows, all outages from the conductor's
/// notes.
struct Timeliness {
    let ledgers: Ledgers
    let settings: AuditSettings

    /// Milliseconds from acceptance to delivery at one partner, ascending.
    static func ages(partner: String, in db: Database) throws -> [Int64] {
        try Int64.fetchAll(
            db,
            sql: """
                SELECT CAST(round((julianday(d.delivered_at) - julianday(a.accepted_at)) * 86400000) AS INTEGER) AS age
                FROM audit_deliveries d JOIN audit_acceptances a USING (event_id)
                WHERE d.partner = :partner AND d.state = 'delivered'
                ORDER BY age
                """, arguments: ["partner": partner])
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
                    SELECT \(ShopAnswers.Try.columns) FROM audit_submissions
                    WHERE NOT is_late AND \(ShopAnswers.Try.condition) ORDER BY submission_id
                    """)
        }
        let tries = rows.compactMap(ShopAnswers.Try.init).filter { attempt in
            let end = attempt.answeredAt ?? attempt.sentAt
            return (windows.isEmpty || windows.contains { $0.overlaps(attempt.sentAt, end) })
                && !excluded.contains { $0.overlaps(attempt.sentAt, end) }
        }
        return ShopAnswers(to: tries).judged(settings)
    }

    /// Faults that the shop itself must feel: its own, the queue's, and those of the way between.
    private static func concernsTheShop(_ fault: FaultTimeline.Fault) -> Bool {
        guard !ofWhatIsSent.contains(fault.kind) else { return false }
        return ["shop", "broker", "queue"].contains {
            fault.target == $0 || fault.target.hasPrefix("\($0)->") || fault.target.hasPrefix("\($0).")
        }
            || fault.target == "shop->broker"
    }

    /// Whatever the shop sends, and however much of it, must not keep it from being told yes.
    private static let ofWhatIsSent: Set = [
        "poison", "conflict", "resubmit", "oversize", "early_cancel", "spike", "pause",
    ]

    // MARK: freshness and isolation

    /// What every enabled partner heard of over the whole run, and when.
    func hearings() throws -> Hearings {
        let names = try ledgers.look {
            try String.fetchAll($0, sql: "SELECT partner FROM audit_partners WHERE enabled ORDER BY 1")
        }
        return Hearings(
            partners: try names.map { name in (name, try hearings(of: name)) }, settings: settings)
    }

    private func hearings(of partner: String) throws -> [Hearings.Hearing] {
        try ledgers.look { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT CASE WHEN a.version = 1 THEN v.first_sent_at END, a.accepted_at, d.delivered_at
                    FROM audit_acceptances a JOIN audit_partners p ON p.partner = :partner
                    LEFT JOIN audit_deliveries d ON d.event_id = a.event_id AND d.partner = p.partner
                    LEFT JOIN audit_verdicts v ON v.order_number = a.order_number
                    WHERE \(Hearings.Hearing.countsSQL)
                    """, arguments: ["partner": partner]
            ).compactMap(Hearings.Hearing.init)
        }
    }
}

extension Hearings.Hearing {
    /// Whether delivery `d` to partner `p` was made, or will be: not what was given up, nor what lies still while
    /// the partner is paused.
    static let countsSQL = """
        (d.state IS 'delivered' OR (coalesce(d.state, 'pending') IN ('pending', 'retrying') AND NOT p.paused))
        """

    /// - Parameter row: When it was sent, accepted and heard of; the first and the last may be missing.
    init?(_ row: Row) {
        guard let acceptedAt = Timestamp(row[1] as String) else { return nil }
        self.acceptedAt = acceptedAt
        sentAt = (row[0] as String?).flatMap { Timestamp($0) }.map { min($0, acceptedAt) } ?? acceptedAt
        heardAt = (row[2] as String?).flatMap { Timestamp($0) }
    }
}
