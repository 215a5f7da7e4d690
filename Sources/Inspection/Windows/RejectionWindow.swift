import GRDB
import JSON

/// What was readable and not taken, and why.
package enum RejectionWindow {
    package static let shown = [
        "rejection_id", "rejected_at", "order_number", "codes", "reason_count", "document_bytes",
    ]

    /// Newest first.
    ///
    /// - Parameters:
    ///   - code: Only those with this reason among theirs.
    ///   - before: Only those with a smaller id; for the next page.
    package static func list(
        of ledgers: Ledgers, code: String? = nil, order: String? = nil, before: Int64? = nil, limit: Int = 50
    ) throws -> Listing {
        try ledgers.require(.oms)
        var listing = try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    SELECT r.rejection_id, r.rejected_at, r.order_number, r.idempotency_key, r.message_id,
                           (SELECT group_concat(json_extract(j.value, '$.code'), ' ') FROM json_each(r.reasons) j) AS codes,
                           json_array_length(r.reasons) AS reason_count, r.reasons,
                           length(CAST(r.document AS BLOB)) AS document_bytes
                    FROM oms.rejections r
                    WHERE (:before IS NULL OR r.rejection_id < :before)
                      AND (:order IS NULL OR r.order_number = :order)
                      AND (:code IS NULL OR EXISTS (SELECT 1 FROM json_each(r.reasons) j
                                                     WHERE json_extract(j.value, '$.code') = :code))
                    ORDER BY r.rejection_id DESC LIMIT :limit
                    """, arguments: ["before": before, "order": order, "code": code, "limit": limit + 1])
        }
        if listing.rows.count > limit {
            listing.rows.removeLast(listing.rows.count - limit)
            listing.next = listing.rows.last?[0].shown
        }
        return listing
    }

    /// One rejection with all its reasons and its document; nil when there is none of this id.
    package static func show(_ id: Int64, of ledgers: Ledgers) throws -> JSONObject? {
        try ledgers.require(.oms)
        let row = try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    SELECT rejection_id, rejected_at, order_number, idempotency_key, message_id, reasons, document
                    FROM oms.rejections WHERE rejection_id = ?
                    """, arguments: [id])
        }
        guard var rejection = row.objects.first?.object else { return nil }
        rejection["reasons"] = rejection["reasons"]?.string.flatMap {
            try? JSONValue(parsing: Array($0.utf8))
        }
        return rejection
    }

    /// How often each rule was broken.
    package static func reasons(of ledgers: Ledgers) throws -> Listing {
        try ledgers.require(.oms)
        return try ledgers.look {
            try Listing.fetch($0, sql: "SELECT code, times, last_seen FROM oms.rejection_reasons")
        }
    }
}
