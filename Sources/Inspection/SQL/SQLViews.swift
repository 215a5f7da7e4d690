import Clockwork
import JSON
import Orders

/// Views that the window for SQL has ready, beside those of the ledgers.
package enum SQLViews {
    /// A view and what it shows.
    package struct View: Sendable {
        package var name: String
        package var meaning: String
        package var sql: String
    }

    /// Those that are meant for people.
    package static let offered: [View] = [
        View(
            name: "audit", meaning: "every order number, its verdict, and where it counts",
            sql: VerdictSQL.verdicts(queueIsHere: true)),
        View(
            name: "lost", meaning: "orders that were acknowledged and are nowhere: always empty",
            sql: "SELECT * FROM audit WHERE verdict = 'LOST'"),
        View(
            name: "pipeline", meaning: "the numbers of the whole pipeline, in one row",
            sql: """
                SELECT (SELECT count(*) FROM audit_shop_orders) AS sent,
                       (SELECT coalesce(sum(acknowledged), 0) FROM audit_shop_orders) AS acknowledged,
                       (SELECT count(*) FROM audit_messages WHERE state IN ('waiting', 'delayed')) AS waiting,
                       (SELECT count(*) FROM audit_messages WHERE state = 'in flight') AS in_flight,
                       (SELECT count(*) FROM audit_messages WHERE state = 'dead') AS dead_letters,
                       (SELECT count(*) FROM audit_orders) AS stored,
                       (SELECT count(*) FROM audit_orders WHERE status = 'cancelled') AS cancelled,
                       (SELECT count(*) FROM audit_rejections) AS rejected,
                       (SELECT coalesce(sum(deliveries - 1), 0) FROM audit_inbox) AS repeats,
                       (SELECT count(*) FROM audit_outbox WHERE published_at IS NULL) AS outbox,
                       (SELECT count(*) FROM audit_outbox WHERE published_at IS NOT NULL) AS published,
                       (SELECT count(*) FROM audit_deliveries WHERE state = 'delivered') AS delivered,
                       (SELECT count(*) FROM audit_deliveries WHERE state IN ('pending', 'retrying')) AS deliveries_pending,
                       (SELECT count(*) FROM audit_deliveries WHERE state = 'parked') AS parked
                """),
        View(
            name: "latency", meaning: "how long each order took from step to step, a row for each partner",
            sql: """
                SELECT o.order_number, d.partner, s.first_sent_at AS sent_at, s.acknowledged_at, o.accepted_at,
                       b.published_at, d.delivered_at,
                       \(span("s.first_sent_at", "s.acknowledged_at")) AS sent_to_acknowledged_ms,
                       \(span("s.acknowledged_at", "o.accepted_at")) AS acknowledged_to_accepted_ms,
                       \(span("o.accepted_at", "b.published_at")) AS accepted_to_published_ms,
                       \(span("b.published_at", "d.delivered_at")) AS published_to_delivered_ms,
                       \(span("o.accepted_at", "d.delivered_at")) AS accepted_to_delivered_ms
                FROM audit_orders o
                LEFT JOIN audit_shop_orders s USING (order_number)
                LEFT JOIN audit_outbox b ON b.outbox_seq = (SELECT min(outbox_seq) FROM audit_outbox
                                                             WHERE order_number = o.order_number)
                LEFT JOIN audit_deliveries d ON d.event_id = b.event_id
                """),
    ]

    /// Those for people, over these ledgers: without the broker's nobody can tell whether an order waits or is lost.
    static func offered(of ledgers: Ledgers) -> [View] {
        offered.map { view in
            var view = view
            if view.name == "audit" {
                view.sql = VerdictSQL.verdicts(queueIsHere: ledgers.has(.broker))
            }
            return view
        }
    }

    private static func span(_ from: String, _ to: String) -> String {
        "CAST(round((julianday(\(to)) - julianday(\(from))) * 86400000) AS INTEGER)"
    }

    /// Everything they stand on: the audit's testimonies as live views, without looking inside documents.
    static func foundation(for ledgers: Ledgers, now: Timestamp) throws -> [View] {
        let testimonies: [Testimony] = [
            .submissions, .messages, .moves, .edits, .discards, .orders, .rejections, .inbox, .outbox,
            .deliveries,
        ]
        let settings = AuditSettings(now: now)
        let views = try testimonies.map { testimony in
            let isThere = try testimony.isThere(in: ledgers)
            let nothing =
                "SELECT " + testimony.columns.map { _ in "NULL" }.joined(separator: ", ") + " WHERE 0"
            return View(
                name: "\(testimony.name)(\(testimony.columns.joined(separator: ", ")))", meaning: "",
                sql: isThere ? literal(testimony.query, settings) : nothing)
        }
        return views + [
            View(name: "audit_edited", meaning: "", sql: LetterDecisions.edited),
            View(name: "audit_shop_orders", meaning: "", sql: VerdictSQL.shopOrders),
        ]
    }

    /// A view has no arguments, so they are written into it.
    private static func literal(_ query: String, _ settings: AuditSettings) -> String {
        func list(_ names: [String]) -> String {
            "'" + JSONValue.array(names.map(JSONValue.string)).text + "'"
        }
        return
            query
            .replacing(":now", with: "\(settings.now.microseconds)")
            .replacing(":live", with: list(settings.orderQueues))
            .replacing(":dead", with: list(settings.deadOrderQueues))
    }
}
