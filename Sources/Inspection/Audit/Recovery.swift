import Clockwork
import GRDB

extension Recovery {
    /// For every fault that has ended: what was held up then, and how long it took until all of it was done.
    ///
    /// Held up is what belongs to the broken place: for a partner its deliveries; for the OMS the orders that were
    /// acknowledged and not decided, for everything before it also those that the shop still kept; for everything
    /// behind it the events that some partner had yet to hear. What was given up is done, too.
    static func all(_ timeline: FaultTimeline, in db: Database) throws -> [Recovery] {
        try timeline.faults.compactMap { fault in
            guard let end = fault.endedAt else { return nil }
            let row = try Row.fetchOne(
                db,
                sql: """
                    WITH spans AS (\(spans(behind: fault.target)))
                    SELECT count(*), max(done_at), count(*) - count(done_at) FROM spans
                    WHERE began_at <= :end AND (done_at IS NULL OR done_at > :end)
                    """, arguments: ["end": end.description] &+ partnerArgument(fault.target))
            guard let row else { return nil }
            let isDone = (row[2] as Int) == 0
            let last = (row[1] as String?).flatMap { Timestamp($0) } ?? end
            return Recovery(
                fault: fault, backlogAtEnd: row[0], seconds: isDone ? (last - end).fractionalSeconds : nil)
        }
    }

    private static func spans(behind target: String) -> String {
        if partner(in: target) != nil {
            return """
                SELECT d.staged_at AS began_at, \(settledAt) AS done_at
                FROM audit_deliveries d JOIN audit_partners p USING (partner)
                WHERE d.partner = :partner AND NOT \(isPaused)
                """
        }
        if ["relay", "function", "courier"].contains(where: target.hasPrefix) {
            return """
                SELECT a.accepted_at AS began_at,
                       CASE WHEN count(*) = count(\(settledAt)) THEN max(\(settledAt)) END AS done_at
                FROM audit_acceptances a LEFT JOIN audit_deliveries d USING (event_id)
                LEFT JOIN audit_partners p USING (partner)
                WHERE NOT coalesce(\(isPaused), 0) GROUP BY a.event_id
                """
        }
        // What the shop keeps waits for whatever is broken between it and the queue; the OMS has to do with what was
        // acknowledged.
        let began = target.hasPrefix("oms") ? "acknowledged_at" : "first_sent_at"
        return """
            SELECT v.\(began) AS began_at, coalesce(a.accepted_at, r.rejected_at) AS done_at FROM audit_verdicts v
            LEFT JOIN audit_acceptances a ON a.order_number = v.order_number AND a.version = 1
            LEFT JOIN (SELECT order_number, min(rejected_at) AS rejected_at FROM audit_rejections GROUP BY 1) r
              ON r.order_number = v.order_number
            WHERE v.place NOT IN ('dead letters', 'discarded') AND v.verdict NOT IN ('refused', 'unknown, not stored')
            """
    }

    /// When delivery `d` was over, one way or the other; null while it is not.
    private static let settledAt = """
        (CASE WHEN d.state = 'delivered' THEN d.delivered_at
              WHEN d.state IN ('parked', 'skipped')
              THEN coalesce((SELECT max(t.started_at) FROM audit_attempts t
                              WHERE t.event_id = d.event_id AND t.partner = d.partner), d.staged_at) END)
        """

    /// Whether delivery `d` lies still because its partner `p` is to be left alone.
    private static let isPaused = "(d.state IN ('pending', 'retrying') AND p.paused)"

    private static func partner(in target: String) -> String? {
        let place = target.hasPrefix("courier->") ? target.dropFirst("courier->".count) : target[...]
        return place.hasPrefix("partner-") ? String(place.dropFirst("partner-".count)) : nil
    }

    private static func partnerArgument(_ target: String) -> StatementArguments {
        partner(in: target).map { ["partner": $0] } ?? StatementArguments()
    }
}
