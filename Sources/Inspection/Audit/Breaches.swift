/// Ways in which a requirement can be broken: each a query over the testimonies that must find nothing, and
/// otherwise answers the order's number (or null) and what is wrong with it.
struct Breach: Sendable {
    let requirement: Requirement
    /// Beside the requirement's own ledgers, which others this question needs.
    var needs: [Ledger] = []
    /// The half of the broker in which it must find something, or else accuse.
    var asks: Elsewhere.Half?
    /// Tables and views of `orders.db` that are asked themselves, not by way of a testimony.
    var sources: [String] = []
    /// Asked only when nothing may be under way any more.
    var onlyAtRest = false
    let query: String

    static let all: [Breach] =
        loss + invention + duplication + alteration + publication + disorder + silence + effects + contagion
        + illegality
}

extension Breach {
    private static let loss = [
        Breach(
            requirement: .noLoss,
            query: """
                SELECT order_number, 'acknowledged ' || coalesce(acknowledged_at, first_sent_at) || ', and in no ledger since'
                FROM audit_verdicts WHERE verdict = 'LOST'
                """),
        // The order is somewhere, but this submission of it left no trace: not a decision, not a message.
        Breach(
            requirement: .noLoss, needs: [.broker], asks: .queue,
            query: """
                SELECT s.order_number, 'submission ' || s.idempotency_key || ' was acknowledged as message '
                       || coalesce(s.message_id, '?') || ' and left no trace'
                FROM audit_submissions s JOIN audit_verdicts v ON v.order_number = s.order_number AND v.verdict <> 'LOST'
                WHERE s.outcome = 'acknowledged' AND coalesce(s.deliberate, '') NOT IN \(VerdictSQL.noOrders)
                  AND NOT s.is_late
                  AND s.idempotency_key NOT IN (SELECT idempotency_key FROM audit_inbox)
                  AND NOT EXISTS (SELECT 1 FROM audit_inbox i
                                   WHERE i.order_number = s.order_number AND i.idempotency_key LIKE 'document#%')
                  AND NOT EXISTS (SELECT 1 FROM audit_messages m WHERE m.order_number = s.order_number)
                  AND NOT EXISTS (SELECT 1 FROM audit_rejections r WHERE r.order_number = s.order_number)
                  AND NOT \(LetterDecisions.isDiscarded) AND NOT \(LetterDecisions.isDecidedAsEdited)
                GROUP BY s.order_number, s.idempotency_key
                """),
        // Taken, and the order is in the books: the two must have met, in the transaction that brought the later one.
        Breach(
            requirement: .noLoss,
            query: """
                SELECT i.order_number, 'cancellation ' || i.idempotency_key || ' was taken, and the order is still there'
                FROM audit_inbox i
                WHERE i.outcome = 'accepted' AND \(isCancellation)
                  AND i.order_number IN (SELECT order_number FROM audit_orders)
                  AND NOT EXISTS (SELECT 1 FROM audit_events e
                                   WHERE e.order_number = i.order_number AND e.type = 'order.cancelled')
                """),
        Breach(
            requirement: .noLoss,
            query: """
                SELECT i.order_number, 'cancellation ' || i.idempotency_key || ' was taken, and does not wait for its order'
                FROM audit_inbox i
                WHERE i.outcome = 'accepted' AND \(isCancellation)
                  AND i.order_number NOT IN (SELECT order_number FROM audit_orders)
                  AND NOT EXISTS (SELECT 1 FROM audit_early_cancellations c
                                   WHERE c.idempotency_key = i.idempotency_key AND c.outcome IS NULL)
                """),
        Breach(
            requirement: .noLoss, needs: [.broker], onlyAtRest: true,
            query: """
                SELECT order_number, 'still ' || place || ', though all should be over' FROM audit_verdicts
                WHERE acknowledged AND place IN ('waiting', 'in flight')
                """),
    ]

    /// Whether key `i` of the inbox was the shop's for a cancellation.
    private static let isCancellation = """
        EXISTS (SELECT 1 FROM audit_submissions s WHERE s.order_number = i.order_number
                   AND s.idempotency_key = i.idempotency_key AND s.deliberate = 'early_cancel')
        """

    private static let invention = [
        Breach(
            requirement: .noInvention,
            query: """
                SELECT v.order_number,
                       CASE WHEN v.first_sent_at IS NULL THEN 'stored, but the shop never sent it'
                            ELSE 'stored, though every answer to the shop was no' END
                FROM audit_verdicts v WHERE v.verdict = 'unexpected'
                """),
        Breach(
            requirement: .noInvention,
            query: """
                SELECT r.order_number, 'rejection ' || r.rejection_id || ' is of something the shop never sent'
                FROM audit_rejections r
                WHERE NOT EXISTS (SELECT 1 FROM audit_submissions s
                                   WHERE s.order_number = r.order_number AND s.outcome <> 'refused')
                  AND NOT EXISTS (SELECT 1 FROM audit_submissions s WHERE s.message_id = r.message_id)
                  AND r.message_id NOT IN (SELECT message_id FROM audit_edited)
                """),
        Breach(
            requirement: .noInvention,
            query: """
                SELECT e.order_number, 'cancelled, but the shop never sent a cancellation' FROM audit_events e
                WHERE e.type = 'order.cancelled'
                  AND NOT EXISTS (SELECT 1 FROM audit_submissions s
                                   WHERE s.order_number = e.order_number AND s.deliberate = 'early_cancel'
                                     AND s.outcome <> 'refused')
                """),
        Breach(
            requirement: .noInvention, needs: [.broker],
            query: """
                SELECT m.order_number, 'message ' || m.message_id || ' in ' || m.queue || ' was never sent by the shop'
                FROM audit_messages m
                WHERE NOT EXISTS (SELECT 1 FROM audit_submissions s WHERE s.message_id = m.message_id)
                  AND NOT EXISTS (SELECT 1 FROM audit_submissions s
                                   WHERE s.order_number = m.order_number AND s.outcome <> 'refused')
                  -- A standard queue keeps what is no order twice when an answer was lost, and tells no number of it.
                  AND NOT (m.order_number IS NULL
                           AND EXISTS (SELECT 1 FROM audit_submissions s
                                        WHERE s.document_sha256 = m.content_sha256 AND s.outcome <> 'refused'))
                  AND m.message_id NOT IN (SELECT message_id FROM audit_edited)
                """),
        Breach(
            requirement: .noInvention, needs: [.broker],
            query: """
                SELECT r.order_number, 'record ' || r.counter || ' of ' || r.shard_id || ' tells of '
                       || coalesce('event ' || r.event_id, 'no event') || ', which the outbox does not know'
                FROM audit_records r
                WHERE r.event_id IS NULL OR r.event_id NOT IN (SELECT event_id FROM audit_outbox)
                """),
        Breach(
            requirement: .noInvention, needs: [.notify],
            query: """
                SELECT c.order_number, 'the courier has event ' || c.event_id || ', which the outbox does not know'
                FROM audit_courier_messages c WHERE c.event_id NOT IN (SELECT event_id FROM audit_outbox)
                """),
        Breach(
            requirement: .noInvention,
            query: """
                SELECT r.order_number, r.partner || ' received event ' || r.event_id || ', which the outbox does not know'
                FROM audit_received r WHERE r.event_id NOT IN (SELECT event_id FROM audit_outbox)
                GROUP BY r.partner, r.event_id
                """),
    ]

    private static let duplication = [
        Breach(
            requirement: .noDuplicate,
            query: """
                SELECT order_number, 'stored ' || count(*) || ' times' FROM audit_orders
                GROUP BY order_number HAVING count(*) > 1
                """),
        Breach(
            requirement: .noDuplicate,
            query: """
                SELECT min(order_number), 'key ' || idempotency_key || ' made ' || count(*) || ' orders' FROM audit_orders
                GROUP BY idempotency_key HAVING count(DISTINCT order_number) > 1
                """),
        Breach(
            requirement: .noDuplicate,
            query: """
                SELECT order_number, 'accepted ' || count(*) || ' times' FROM audit_events WHERE type = 'order.accepted'
                GROUP BY order_number HAVING count(*) > 1
                """),
        Breach(
            requirement: .noDuplicate,
            query: """
                SELECT min(order_number), 'key ' || idempotency_key || ' was decided ' || count(*) || ' times'
                FROM audit_inbox GROUP BY idempotency_key HAVING count(*) > 1
                """),
        Breach(
            requirement: .noDuplicate,
            query: """
                SELECT min(order_number), 'event ' || event_id || ' stands in the outbox ' || count(*) || ' times'
                FROM audit_outbox GROUP BY event_id HAVING count(*) > 1
                """),
    ]

    private static let alteration = [
        Breach(
            requirement: .noAlteration,
            query: """
                SELECT order_number, 'what is stored is not what the shop sent' FROM audit_verdicts WHERE verdict = 'altered'
                """),
        Breach(
            requirement: .noAlteration,
            query: """
                SELECT v.order_number, 'what is stored is not what the dead letter was corrected to'
                FROM audit_verdicts v JOIN audit_orders o USING (order_number)
                WHERE v.verdict = 'edited' AND NOT \(LetterDecisions.saysItsEdit)
                """),
        Breach(
            requirement: .noAlteration,
            query: """
                SELECT order_number, CASE WHEN content_sha256 IS NULL THEN 'the document is missing'
                         ELSE 'the document is not the one its hash tells of' END
                FROM audit_orders WHERE content_sha256 IS NOT document_sha256
                """),
        Breach(
            requirement: .noAlteration,
            query: """
                SELECT order_number, 'the columns say something else than the document' FROM audit_orders
                WHERE content_sha256 IS document_sha256 AND NOT coalesce(says_the_same, 0)
                """),
        Breach(
            requirement: .noAlteration, needs: [.broker],
            query: """
                SELECT m.order_number, 'message ' || m.message_id || ' in ' || m.queue || ' is not what the shop sent'
                FROM audit_messages m
                WHERE m.content_sha256 IS NOT NULL
                  AND EXISTS (SELECT 1 FROM audit_submissions s WHERE s.order_number = m.order_number)
                  AND NOT EXISTS (SELECT 1 FROM audit_submissions s
                                   WHERE s.order_number = m.order_number AND s.document_sha256 = m.content_sha256)
                  AND NOT \(LetterDecisions.saysEdit(message: "m.message_id", content: "m.content_sha256"))
                """),
        Breach(
            requirement: .noAlteration,
            query: """
                SELECT r.order_number, 'rejection ' || r.rejection_id || ' is of something else than the shop sent'
                FROM audit_rejections r
                WHERE EXISTS (SELECT 1 FROM audit_submissions s WHERE s.order_number = r.order_number)
                  AND NOT EXISTS (SELECT 1 FROM audit_submissions s
                                   WHERE s.order_number = r.order_number AND s.document_sha256 = r.content_sha256)
                  AND NOT \(LetterDecisions.saysEdit(message: "r.message_id", content: "r.content_sha256"))
                """),
        Breach(
            requirement: .noAlteration, needs: [.broker],
            query: """
                SELECT b.order_number, 'record ' || r.counter || ' of ' || r.shard_id || ' differs from event ' || b.event_id
                FROM audit_records r JOIN audit_outbox b USING (event_id) WHERE r.data_sha256 <> b.payload_sha256
                """),
        Breach(
            requirement: .noAlteration, needs: [.notify],
            query: """
                SELECT b.order_number, 'the courier''s copy differs from event ' || b.event_id
                FROM audit_courier_messages c JOIN audit_outbox b USING (event_id)
                WHERE c.payload_sha256 <> b.payload_sha256
                """),
        Breach(
            requirement: .noAlteration,
            query: """
                SELECT b.order_number, r.partner || ' received something else than event ' || b.event_id
                FROM audit_received r JOIN audit_outbox b USING (event_id) WHERE r.body_sha256 <> b.payload_sha256
                GROUP BY r.partner, r.event_id
                """),
    ]
}
