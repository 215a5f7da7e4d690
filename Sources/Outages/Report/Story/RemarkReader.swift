import GRDB
import Inspection

/// Finds the orders that were not plainly well, after an audit of the same ledgers: from the copies which it made.
struct RemarkReader {
    let ledgers: Ledgers

    /// Those with grave remarks first, then by number.
    func orders() throws -> [RemarkableOrder] {
        var remarks: [String: [OrderRemark]] = [:]
        for (kind, query) in Self.queries {
            // The only one for which the audit keeps no copy.
            if kind == .receivedAgain, try !ledgers.hasTable("order_events", in: .oms) { continue }
            for row in try ledgers.look({ try Row.fetchAll($0, sql: query) }) {
                let remark = OrderRemark(kind: kind, times: row[1], detail: row[2] ?? "no reason given")
                remarks[row[0], default: []].append(remark)
            }
        }
        return try remarks.map { number, remarks in
            let told = try Audit.explanation(of: number, in: ledgers).lastPlace
            let dead = remarks.first { $0.kind == .deadLettered }
            return RemarkableOrder(
                orderNumber: number, remarks: remarks,
                lastPlace: told.isEmpty ? dead.map { "in \($0.detail)" } ?? "" : told)
        }.sorted { ($0.isGrave ? 0 : 1, $0.orderNumber) < ($1.isGrave ? 0 : 1, $1.orderNumber) }
    }

    /// For each kind a query for the order's number, how often, and a detail.
    private static let queries: [(OrderRemark.Kind, String)] = [
        (
            .verdict,
            "SELECT order_number, 1, verdict FROM audit_verdicts WHERE verdict NOT IN ('ok', 'rejected', 'refused')"
        ),
        (
            .deadLettered,
            """
            SELECT coalesce(order_number, 'message ' || message_id), receive_count, queue FROM audit_messages
            WHERE state = 'dead'
            """
        ),
        (
            .parked,
            """
            SELECT order_number, 1, partner || ' after ' || attempts || ' attempts: ' || parked_reason
            FROM audit_deliveries WHERE state = 'parked' ORDER BY partner
            """
        ),
        (
            .rejected,
            """
            SELECT coalesce(order_number, 'message ' || message_id), count(*), group_concat(DISTINCT code)
            FROM audit_rejections WHERE code IS NOT 'conflict' GROUP BY 1
            """
        ),
        (
            .conflict,
            "SELECT coalesce(order_number, 'message ' || message_id), count(*), '' FROM audit_rejections WHERE code = 'conflict' GROUP BY 1"
        ),
        (
            .refused,
            """
            SELECT order_number, count(*), max(error) FROM audit_submissions WHERE outcome = 'refused' GROUP BY 1
            """
        ),
        (
            .unanswered,
            "SELECT order_number, count(*), '' FROM audit_submissions WHERE outcome = 'unknown' GROUP BY 1"
        ),
        (
            .receivedAgain,
            """
            SELECT order_number, max(json_extract(detail, '$.receive_count')) AS receives, '' FROM oms.order_events
            WHERE type = 'order.accepted' GROUP BY 1 HAVING receives > 1
            """
        ),
        (
            .repeated,
            """
            SELECT order_number, sum(deliveries), '' FROM audit_inbox
            WHERE deliveries > 1 AND order_number IS NOT NULL GROUP BY 1
            """
        ),
        (
            .repeatedAtPartner,
            """
            SELECT order_number, sum(NOT first_time), partner FROM audit_received
            WHERE NOT first_time GROUP BY order_number, partner ORDER BY partner
            """
        ),
        (
            .sentOnPurpose,
            """
            SELECT order_number, count(DISTINCT trace_id), deliberate FROM audit_submissions
            WHERE deliberate IS NOT NULL GROUP BY order_number, deliberate ORDER BY deliberate
            """
        ),
    ]
}
