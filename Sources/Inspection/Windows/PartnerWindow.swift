import GRDB
import JSON

/// How each partner is doing: the courier's account, and its own.
package enum PartnerWindow {
    package static let shown = [
        "partner", "state", "delivered", "pending", "retrying", "parked", "under_way", "oldest_staged_at",
        "received", "repeats",
    ]

    /// A line for each partner.
    package static func list(of ledgers: Ledgers) throws -> Listing {
        try ledgers.require(.notify)
        var listing = try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    SELECT l.partner,
                           CASE WHEN NOT l.enabled THEN 'disabled' WHEN l.paused THEN 'paused'
                                WHEN l.circuit = 'open' THEN 'left alone' ELSE 'enabled' END AS state,
                           \(total("delivered")) AS delivered, l.pending, l.retrying, \(total("parked")) AS parked,
                           \(total("skipped")) AS skipped, l.under_way, l.oldest_staged_at, l.next_attempt_at, l.url,
                           l.disabled_reason, l.open_until
                    FROM notify.partner_lanes l ORDER BY l.partner
                    """)
        }
        listing.columns += ["received", "repeats"]
        for row in listing.rows.indices {
            listing.rows[row] += try witness(listing.rows[row][0].shown, ledgers)
        }
        return listing
    }

    private static func total(_ state: String) -> String {
        """
        coalesce((SELECT deliveries FROM notify.partner_totals t WHERE t.partner = l.partner AND t.state = '\(state)'), 0)
        """
    }

    /// What the partner itself has on record: events, and receipts beyond the first of each.
    private static func witness(_ partner: String, _ ledgers: Ledgers) throws -> [JSONValue] {
        let ledger = Ledger.partner(partner)
        guard try ledgers.hasTable("received", in: ledger) else { return [.null, .null] }
        return try ledgers.whileAttached(ledger) {
            try ledgers.look { db in
                let row = try Row.fetchOne(
                    db,
                    sql:
                        "SELECT count(DISTINCT event_id), count(*) - count(DISTINCT event_id) FROM \(ledger.schema).received"
                )
                return [JSONValue(row?[0] as Int?), JSONValue(row?[1] as Int?)]
            }
        }
    }

    /// One partner with its latest attempts and whatever is open or parked; nil when the courier does not
    /// know it.
    package static func show(_ partner: String, of ledgers: Ledgers, limit: Int = 20) throws -> Details? {
        let list = try list(of: ledgers)
        guard let overview = list.objects.first(where: { $0["partner"]?.string == partner })?.object else {
            return nil
        }
        return try ledgers.look { db in
            Details(
                overview: overview,
                open: try Listing.fetch(
                    db,
                    sql: """
                        SELECT order_number, event_type, state, attempts, next_attempt_at, last_status, last_error,
                               parked_reason, staged_at, event_id
                        FROM notify.deliveries WHERE partner = ? AND state <> 'delivered' ORDER BY staged_at, event_id LIMIT ?
                        """, arguments: [partner, limit]),
                attempts: try Listing.fetch(
                    db,
                    sql: """
                        SELECT started_at, order_number, attempt, http_status, duration_ms, class, error, response_excerpt,
                               next_attempt_at, event_id
                        FROM notify.attempt_log WHERE partner = ? ORDER BY attempt_id DESC LIMIT ?
                        """, arguments: [partner, limit]))
        }
    }

    package struct Details: Sendable {
        package var overview: JSONObject
        /// Deliveries that are not made: on their way, or given up.
        package var open: Listing
        /// The latest attempts, newest first.
        package var attempts: Listing

        package var json: JSONValue {
            [
                "partner": .object(overview), "open": .array(open.objects),
                "attempts": .array(attempts.objects),
            ]
        }
    }
}
