import Clockwork
import GRDB
import Inspection

/// Reads the journeys of all orders, after an audit of the same ledgers: from the copies which it made.
struct JourneyReader {
    let ledgers: Ledgers

    /// In the order in which the shop sent them. Orders that the shop never sent have no journey.
    func journeys() throws -> [OrderJourney] {
        let heard = try lastDeliveries()
        let rows = try ledgers.look { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT v.order_number, v.verdict, v.first_sent_at, v.acknowledged_at, o.accepted_at, r.rejected_at,
                           b.event_id, b.published_at, m.received_at
                    FROM audit_verdicts v
                    LEFT JOIN (SELECT order_number, min(accepted_at) AS accepted_at FROM audit_orders GROUP BY 1) o
                      USING (order_number)
                    LEFT JOIN (SELECT order_number, min(rejected_at) AS rejected_at FROM audit_rejections
                                WHERE code IS NOT 'conflict' GROUP BY 1) r USING (order_number)
                    LEFT JOIN (SELECT order_number, event_id, published_at, min(outbox_seq) FROM audit_outbox GROUP BY 1) b
                      USING (order_number)
                    LEFT JOIN (SELECT event_id, min(received_at) AS received_at FROM audit_courier_messages GROUP BY 1) m
                      ON m.event_id = b.event_id
                    WHERE v.first_sent_at IS NOT NULL ORDER BY v.first_sent_at, v.order_number
                    """)
        }
        return rows.compactMap { row in
            guard let sentAt = row.time(2) else { return nil }
            let last = (row[6] as String?).flatMap { heard[$0] }
            var moments: [OrderJourney.Station: Timestamp] = [:]
            moments[.acknowledged] = row.time(3)
            moments[.decided] = row.time(4) ?? row.time(5)
            moments[.published] = row.time(7)
            moments[.staged] = row.time(8)
            moments[.delivered] = last?.at
            var journey = OrderJourney(orderNumber: row[0], sentAt: sentAt, moments: moments)
            journey.lastPartner = last?.partner
            journey.ending = ending(
                of: journey, isStored: row.time(4) != nil, verdict: Verdict(rawValue: row[1]))
            return journey
        }
    }

    /// Without a ledger nobody knows what would stand in it: the way then ends where the next one would begin.
    private func ending(of journey: OrderJourney, isStored: Bool, verdict: Verdict?) -> OrderJourney.Ending {
        if verdict == .rejected || verdict == .refused { return .turnedAway }
        if !ledgers.has(.oms) { return journey[.acknowledged] == nil ? .open : .arrived }
        if !ledgers.has(.notify) { return isStored && journey[.published] != nil ? .arrived : .open }
        return journey[.delivered] == nil ? .open : .arrived
    }

    private struct LastDelivery {
        var at: Timestamp
        var partner: String
    }

    /// By event: when the last partner heard; nothing for an event which someone has not heard of.
    private func lastDeliveries() throws -> [String: LastDelivery] {
        let rows = try ledgers.look { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT event_id, max(delivered_at), partner FROM audit_deliveries
                    GROUP BY event_id HAVING count(*) = count(delivered_at)
                    """)
        }
        var last: [String: LastDelivery] = [:]
        for row in rows {
            guard let at = row.time(1) else { continue }
            last[row[0]] = LastDelivery(at: at, partner: row[2])
        }
        return last
    }
}

extension Row {
    /// The time in a column; nil where there is none, or none that can be read.
    func time(_ column: Int) -> Timestamp? { (self[column] as String?).flatMap { Timestamp($0) } }
}
