import GRDB

/// What an audit says about one order number.
package enum Verdict: String, CaseIterable, Sendable {
    /// Acknowledged, and stored as it was sent.
    case ok
    /// The shop never learned the outcome, but the order is stored.
    case recovered
    case rejected
    case heldInQueue = "held in queue"
    /// Acknowledged, a dead letter, and removed for good by somebody who said why.
    case discarded
    /// Stored as somebody has corrected it when it was a dead letter.
    case edited
    /// Stored, though the shop was told no, or never sent it.
    case unexpected
    /// Stored, but not what the shop sent.
    case altered
    /// Acknowledged, and in no ledger.
    case lost = "LOST"
    /// Acknowledged, in no ledger, and the queue is another's: it may be there.
    case unseen = "not seen"
    case unknown = "unknown, not stored"
    case refused

    /// Nothing needs to be explained.
    var isPlainlyOK: Bool {
        switch self {
        case .ok, .recovered, .rejected, .refused: true
        case .heldInQueue, .discarded, .edited, .unexpected, .altered, .lost, .unseen, .unknown: false
        }
    }
}

/// How verdicts are found, as SQL over the testimonies; the window for SQL offers the same under the name
/// `audit`.
enum VerdictSQL {
    /// What a message is called that is deliberately no order.
    static let noOrders = "('poison', 'oversize')"

    /// Whether rejection `r` is not of an order but of its cancellation.
    private static let isRejectedCancellation = """
        EXISTS (SELECT 1 FROM audit_submissions c WHERE c.order_number = r.order_number AND c.deliberate = 'early_cancel'
                   AND (c.idempotency_key = r.idempotency_key OR c.message_id = r.message_id))
        """

    /// Whether message `m` is not an order but its cancellation. A message whose answer was lost is known by its content.
    private static let isQueuedCancellation = """
        EXISTS (SELECT 1 FROM audit_submissions c WHERE c.order_number = m.order_number AND c.deliberate = 'early_cancel'
                   AND (c.message_id = m.message_id OR c.document_sha256 = m.content_sha256))
        """

    /// Whether a yes to the shop for order `s` was about a message that was discarded. That a deliberate conflict was says
    /// nothing about its order, unless nothing else was acknowledged.
    private static let isDiscarded = """
        EXISTS (SELECT 1 FROM audit_submissions t JOIN audit_discards d ON d.sent_as = t.message_id
                 WHERE t.order_number = s.order_number AND coalesce(t.deliberate, '') NOT IN \(noOrders)
                   AND t.deliberate IS NOT 'early_cancel' AND NOT t.is_late
                   AND (t.deliberate IS NOT 'conflict' OR NOT s.original_acknowledged))
        """

    /// Fills `audit_verdicts` from the testimonies, once ``LetterDecisions`` are traced.
    ///
    /// - Parameter queueIsHere: False where the queue is another's: what is in no ledger may lie in it.
    static func judge(in db: Database, queueIsHere: Bool) throws {
        try db.execute(
            sql: """
                DROP TABLE IF EXISTS temp.audit_verdicts;
                CREATE TEMP VIEW IF NOT EXISTS audit_shop_orders AS \(shopOrders);
                CREATE TEMP TABLE audit_verdicts AS \(verdicts(queueIsHere: queueIsHere));
                CREATE INDEX temp.audit_verdicts_by_order_number ON audit_verdicts (order_number);
                """)
    }

    /// A line for each order number that the shop has sent: what it was told, over all attempts.
    ///
    /// What is deliberately no order is left out, and so are cancellations: a yes to one is no yes to its order. What came
    /// later than the copy counts for nothing but to be known.
    static let shopOrders = """
        SELECT order_number, min(sent_at) AS first_sent_at, count(*) AS attempts,
               max(outcome = 'acknowledged') AS acknowledged, max(outcome = 'unknown') AS unknown,
               max(outcome = 'acknowledged' AND deliberate IS NOT 'conflict') AS original_acknowledged,
               min(CASE WHEN outcome = 'acknowledged' THEN answered_at END) AS acknowledged_at
        FROM audit_submissions
        WHERE order_number IS NOT NULL AND coalesce(deliberate, '') NOT IN \(noOrders)
          AND deliberate IS NOT 'early_cancel' AND NOT is_late
        GROUP BY order_number
        """

    /// What the audit says about every order number that anyone knows, as a query.
    ///
    /// - Parameter queueIsHere: False where the queue is another's: what is in no ledger may lie in it.
    static func verdicts(queueIsHere: Bool) -> String {
        queueIsHere
            ? verdicts
            : """
            SELECT order_number, replace(verdict, 'LOST', 'not seen') AS verdict,
                   CASE verdict WHEN 'LOST' THEN 'not seen' ELSE place END AS place, acknowledged, first_sent_at, acknowledged_at
            FROM (\(verdicts))
            """
    }

    /// A line for each order number that anyone knows, with its verdict and the one place where it counts.
    ///
    /// An order is held against the first thing the shop was told yes for. A deliberate conflict is not that,
    /// unless nothing else was acknowledged; and while the first outcome is unknown, anything sent and not
    /// refused may be what is stored. That its cancellation lies in a queue, or was rejected, says nothing about an order.
    /// What a dead letter was corrected to may be stored in its place, and what was discarded stands for nothing but itself.
    private static let verdicts = """
        SELECT s.order_number,
          CASE WHEN o.order_number IS NULL THEN
                 CASE WHEN r.order_number IS NOT NULL THEN 'rejected' WHEN m.rank IS NOT NULL THEN 'held in queue'
                      WHEN \(isDiscarded) THEN 'discarded'
                      WHEN s.acknowledged THEN 'LOST' WHEN s.unknown THEN 'unknown, not stored' ELSE 'refused' END
               WHEN NOT s.acknowledged AND NOT s.unknown THEN 'unexpected'
               WHEN NOT EXISTS (SELECT 1 FROM audit_submissions t
                                 WHERE t.order_number = s.order_number AND t.document_sha256 = o.document_sha256
                                   AND t.outcome <> 'refused'
                                   AND (t.deliberate IS NOT 'conflict' OR NOT s.original_acknowledged))
                 THEN CASE WHEN \(LetterDecisions.isOfEdit) THEN 'edited' ELSE 'altered' END
               WHEN s.acknowledged THEN 'ok' ELSE 'recovered' END AS verdict,
          CASE WHEN o.order_number IS NOT NULL THEN 'stored' WHEN r.order_number IS NOT NULL THEN 'rejected'
               WHEN m.rank = 1 THEN 'in flight' WHEN m.rank = 2 THEN 'waiting' WHEN m.rank = 3 THEN 'dead letters'
               WHEN \(isDiscarded) THEN 'discarded' ELSE 'nowhere' END AS place,
          s.acknowledged, s.first_sent_at, s.acknowledged_at
        FROM audit_shop_orders s
        LEFT JOIN (SELECT order_number, min(document_sha256) AS document_sha256,
                          min(idempotency_key) AS idempotency_key
                   FROM audit_orders GROUP BY 1) o USING (order_number)
        LEFT JOIN (SELECT DISTINCT order_number FROM audit_rejections r
                   WHERE code IS NOT 'conflict' AND NOT \(isRejectedCancellation)) r USING (order_number)
        LEFT JOIN (SELECT order_number,
                          min(CASE state WHEN 'in flight' THEN 1 WHEN 'dead' THEN 3 ELSE 2 END) AS rank
                   FROM audit_messages m WHERE order_number IS NOT NULL AND NOT \(isQueuedCancellation)
                   GROUP BY 1) m USING (order_number)
        UNION ALL
        SELECT DISTINCT order_number, CASE WHEN \(LetterDecisions.isOfEdit) THEN 'edited' ELSE 'unexpected' END,
               'stored', 0, NULL, NULL
        FROM audit_orders o
        WHERE order_number NOT IN (SELECT order_number FROM audit_shop_orders)
          AND (order_number NOT IN (SELECT order_number FROM audit_submissions WHERE order_number IS NOT NULL)
               OR \(LetterDecisions.isOfEdit))
        """
}
