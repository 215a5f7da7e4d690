import GRDB
import JSON

/// Which dead letters were removed for good, by whom, and why.
package enum DiscardWindow {
    package static let shown = [
        "discarded_at", "message_id", "queue", "order_number", "discarded_by", "reason",
    ]

    /// Newest first.
    ///
    /// A letter's order is the one that the shop was told yes for; on a FIFO queue, its group where the shop's ledger is
    /// not here.
    /// - Parameters:
    ///   - queue: Only those of this dead-letter queue.
    ///   - before: Only those behind the letter of this id; for the next page.
    package static func list(
        of ledgers: Ledgers, queue: String? = nil, before: String? = nil, limit: Int = 50
    ) throws -> Listing {
        try ledgers.require(.broker)
        guard try ledgers.hasTable("message_discards", in: .broker) else { return Listing(columns: shown) }
        let knowsShop = try ledgers.hasTable("submissions", in: .shop)
        let order =
            "(SELECT s.order_number FROM shop.submissions s WHERE s.message_id = d.sent_as LIMIT 1)"
        var listing = try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    SELECT d.message_id, d.queue, \(knowsShop ? "coalesce(\(order), d.group_id)" : "d.group_id") AS order_number,
                           d.reason, d.discarded_by, \(QueueWindow.time("d.discarded_at")) AS discarded_at, d.sent_as,
                           replace(d.source_arn, rtrim(d.source_arn, replace(d.source_arn, ':', '')), '') AS origin,
                           d.receive_count, \(QueueWindow.time("d.sent_at")) AS sent_at, d.body_bytes, d.body_sha256
                    FROM broker.message_discards d
                    WHERE (:queue IS NULL OR d.queue = :queue)
                      AND (:before IS NULL OR d.discard_number < (SELECT b.discard_number FROM broker.message_discards b
                                                                   WHERE b.message_id = :before))
                    ORDER BY d.discard_number DESC LIMIT :limit
                    """, arguments: ["queue": queue, "before": before, "limit": limit + 1])
        }
        if listing.rows.count > limit {
            listing.rows.removeLast(listing.rows.count - limit)
            listing.next = listing.rows.last?[0].string
        }
        return listing
    }
}
