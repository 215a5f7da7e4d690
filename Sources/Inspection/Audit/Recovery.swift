import Clockwork
import GRDB

extension Recovery {
    /// For every fault that has ended: what was held up then, and how long it took until all of it was done.
    ///
    /// Held up is what belongs to the broken place: for a partner its deliveries, for the OMS and everything
    /// before it the orders that were sent and not accepted, for everything behind it the orders that were
    /// accepted and not delivered.
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
            return
                "SELECT staged_at AS began_at, delivered_at AS done_at FROM audit_deliveries WHERE partner = :partner"
        }
        if target.hasPrefix("function") || target.hasPrefix("courier") || target.hasPrefix("relay") {
            return """
                SELECT b.created_at AS began_at, max(d.delivered_at) AS done_at FROM audit_outbox b
                LEFT JOIN audit_deliveries d USING (event_id) GROUP BY b.event_id
                """
        }
        return """
            SELECT v.acknowledged_at AS began_at, coalesce(o.accepted_at, r.rejected_at) AS done_at FROM audit_verdicts v
            LEFT JOIN audit_orders o USING (order_number)
            LEFT JOIN (SELECT order_number, min(rejected_at) AS rejected_at FROM audit_rejections GROUP BY 1) r
              USING (order_number)
            WHERE v.acknowledged AND v.place <> 'dead letters'
            """
    }

    private static func partner(in target: String) -> String? {
        let place = target.hasPrefix("courier->") ? target.dropFirst("courier->".count) : target[...]
        return place.hasPrefix("partner-") ? String(place.dropFirst("partner-".count)) : nil
    }

    private static func partnerArgument(_ target: String) -> StatementArguments {
        partner(in: target).map { ["partner": $0] } ?? StatementArguments()
    }
}
