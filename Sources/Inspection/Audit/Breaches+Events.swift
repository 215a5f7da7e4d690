/// What can go wrong behind the order database: on the stream, at the courier, at the partners.
extension Breach {
    static let publication = [
        Breach(
            requirement: .published,
            query: """
                SELECT o.order_number, 'accepted, but nothing was left for the stream' FROM audit_orders o
                WHERE o.order_number NOT IN (SELECT order_number FROM audit_outbox)
                """),
        Breach(
            requirement: .published,
            query: """
                SELECT e.order_number, e.type || ', but event ' || e.event_id || ' was not left for the stream'
                FROM audit_events e
                WHERE e.type IN ('order.accepted', 'order.cancelled')
                  AND e.order_number IN (SELECT order_number FROM audit_outbox)
                  AND e.event_id NOT IN (SELECT event_id FROM audit_outbox)
                """),
        Breach(
            requirement: .published, asks: .stream,
            query: """
                SELECT b.order_number, 'event ' || b.event_id || ' is ticked off as published ' || b.published_at
                       || ', but the stream does not have it'
                FROM audit_outbox b
                WHERE b.published_at IS NOT NULL AND NOT b.is_late AND b.published_at >= :horizon
                  AND b.event_id NOT IN (SELECT event_id FROM audit_records WHERE event_id IS NOT NULL)
                """),
        Breach(
            requirement: .published,
            query: """
                SELECT b.order_number, 'event ' || b.event_id || ' is in the stream, but not at ' || b.shard_id || ' '
                       || b.sequence_number || ', where the outbox has it'
                FROM audit_outbox b
                WHERE b.published_at IS NOT NULL AND NOT b.is_late
                  AND EXISTS (SELECT 1 FROM audit_records r WHERE r.event_id = b.event_id)
                  AND NOT EXISTS (SELECT 1 FROM audit_records r WHERE r.event_id = b.event_id
                                     AND r.shard_id = b.shard_id AND r.sequence_number = b.sequence_number)
                """),
        Breach(
            requirement: .published, onlyAtRest: true,
            query: """
                SELECT order_number, 'event ' || event_id || ' still waits for the stream' FROM audit_outbox
                WHERE published_at IS NULL
                """),
    ]

    static let disorder = [
        inversion(
            "the outbox has",
            in: "SELECT order_number, version, outbox_seq AS place, '' AS lane FROM audit_outbox"),
        inversion(
            "the stream has", needs: [.broker],
            in: """
                SELECT order_number, version, min(counter) AS place, shard_id AS lane FROM audit_records
                WHERE event_id IS NOT NULL GROUP BY event_id, shard_id
                """),
        inversion(
            "the courier began", needs: [.notify],
            in: """
                SELECT d.order_number, d.version, min(a.attempt_id) AS place, d.partner AS lane
                FROM audit_deliveries d JOIN audit_attempts a USING (event_id, partner) GROUP BY event_id, d.partner
                """),
        inversion(
            "the partner heard", needs: [.notify],
            in: """
                SELECT c.order_number, c.version, min(r.receipt_id) AS place, r.partner AS lane
                FROM audit_received r JOIN audit_courier_messages c USING (event_id) GROUP BY event_id, r.partner
                """),
    ]

    /// Two first occurrences in one lane of which the later one has the lower version.
    private static func inversion(_ who: String, needs: [Ledger] = [], in occurrences: String) -> Breach {
        Breach(
            requirement: .orderPerKey, needs: needs,
            query: """
                WITH seen AS (\(occurrences)),
                     paired AS (SELECT order_number, lane, version,
                                       lag(version) OVER (PARTITION BY order_number, lane ORDER BY place) AS before FROM seen)
                SELECT order_number, '\(who) version ' || before || ' before ' || version
                       || CASE lane WHEN '' THEN '' ELSE ' (' || lane || ')' END
                FROM paired WHERE before > version
                """)
    }

    static let silence = [
        // The function moves its checkpoint only after the courier has answered for the event. The outbox is asked,
        // for a record may have expired.
        Breach(
            requirement: .notified, needs: [.function],
            query: """
                SELECT order_number, 'event ' || event_id || ' counts as handed on, but the courier does not have it'
                FROM audit_outbox b WHERE \(EventSQL.isMissed)
                """),
        Breach(
            requirement: .notified,
            query: """
                SELECT c.order_number, 'event ' || c.event_id || ' has no delivery to ' || p.partner
                FROM audit_courier_messages c JOIN audit_partners p ON p.enabled
                WHERE NOT c.is_late AND NOT EXISTS (SELECT 1 FROM audit_deliveries d
                                                     WHERE d.event_id = c.event_id AND d.partner = p.partner)
                """),
        Breach(
            requirement: .notified,
            query: """
                SELECT d.order_number, 'event ' || d.event_id || ' counts as delivered to ' || d.partner
                       || ', but no attempt was answered with success'
                FROM audit_deliveries d WHERE d.state = 'delivered'
                 AND NOT EXISTS (SELECT 1 FROM audit_attempts a WHERE a.event_id = d.event_id AND a.partner = d.partner
                                    AND a.http_status BETWEEN 200 AND 299)
                """),
        Breach(
            requirement: .notified,
            query: """
                SELECT d.order_number, 'event ' || d.event_id || ' counts as delivered, but ' || d.partner || ' never saw it'
                FROM audit_deliveries d
                WHERE d.state = 'delivered' AND d.partner IN (SELECT value FROM json_each(:witnesses))
                  AND NOT EXISTS (SELECT 1 FROM audit_received r WHERE r.event_id = d.event_id AND r.partner = d.partner
                                     AND coalesce(r.answered_status BETWEEN 200 AND 299, 1))
                """),
        Breach(
            requirement: .notified,
            query: """
                SELECT order_number, 'event ' || event_id || ' was given up for ' || partner || ': '
                       || coalesce(parked_reason, state)
                FROM audit_deliveries WHERE state IN ('parked', 'skipped') AND NOT :parkedIsFine
                """),
        Breach(
            requirement: .notified, onlyAtRest: true,
            query: """
                SELECT order_number, 'event ' || event_id || ' is still ' || state || ' for ' || partner
                FROM audit_deliveries WHERE state IN ('pending', 'retrying')
                """),
        Breach(
            requirement: .notified, onlyAtRest: true,
            query: """
                SELECT order_number, 'event ' || event_id || ' was published, but never came to the courier'
                FROM audit_outbox b
                WHERE b.published_at IS NOT NULL AND NOT b.is_late
                  AND b.event_id NOT IN (SELECT event_id FROM audit_courier_messages) AND NOT \(EventSQL.isMissed)
                """),
    ]

    static let effects = [
        Breach(
            requirement: .oneEffect,
            query: """
                SELECT min(order_number), partner || ' acted ' || sum(first_time) || ' times on event ' || event_id
                FROM audit_received GROUP BY partner, event_id HAVING sum(first_time) <> 1
                """),
        Breach(
            requirement: .oneEffect,
            query: """
                SELECT min(order_number), partner || ' saw ' || count(DISTINCT body_sha256) || ' bodies of event ' || event_id
                FROM audit_received GROUP BY partner, event_id HAVING count(DISTINCT body_sha256) > 1
                """),
    ]

    static let contagion = [
        Breach(
            requirement: .poisonContained,
            query: """
                SELECT m.order_number, 'message ' || m.message_id || ' was dead-lettered after ' || m.receive_count
                       || ' receives of ' || q.max_receive_count
                FROM audit_messages m
                JOIN audit_queues q ON m.source_arn LIKE '%:' || q.queue AND q.max_receive_count IS NOT NULL
                WHERE m.state = 'dead' AND m.receive_count < q.max_receive_count
                """),
        Breach(
            requirement: .poisonContained,
            query: """
                SELECT m.order_number, 'message ' || m.message_id || ' in ' || m.queue || ' was received '
                       || m.receive_count || ' times, though ' || q.max_receive_count || ' were allowed'
                FROM audit_messages m JOIN audit_queues q USING (queue)
                WHERE m.state <> 'dead' AND m.receive_count > q.max_receive_count
                """),
        Breach(
            requirement: .poisonContained, needs: [.shop], asks: .queue,
            query: """
                SELECT s.order_number, 'what is no order was acknowledged as message ' || coalesce(s.message_id, '?')
                       || ' and is in no queue'
                FROM audit_submissions s
                WHERE s.deliberate IN \(VerdictSQL.noOrders) AND s.outcome = 'acknowledged' AND NOT s.is_late
                  AND NOT \(LetterDecisions.isQueued)
                  AND NOT \(LetterDecisions.isDiscarded) AND NOT \(LetterDecisions.isDecidedAsEdited)
                """),
        Breach(
            requirement: .poisonContained, onlyAtRest: true,
            query: """
                SELECT order_number, 'message ' || message_id || ' is still ' || state || ' in ' || queue FROM audit_messages
                WHERE state <> 'dead'
                """),
    ]

    static let illegality = [
        Breach(
            requirement: .historyLegal, sources: ["order_checks"],
            query: "SELECT order_number, problem FROM oms.order_checks"),
        Breach(
            requirement: .historyLegal,
            query: """
                SELECT order_number, 'no such step: ' || coalesce(from_status, 'nothing') || ' to ' || to_status
                FROM audit_events WHERE NOT is_legal
                """),
        Breach(
            requirement: .historyLegal,
            query: """
                WITH steps AS (SELECT order_number, from_status, to_status, lag(to_status) OVER
                                 (PARTITION BY order_number ORDER BY event_seq) AS before
                               FROM audit_events WHERE to_status IS NOT NULL)
                SELECT order_number, 'a step from ' || from_status || ' after one to ' || before FROM steps
                WHERE before IS NOT NULL AND from_status IS NOT before
                """),
        Breach(
            requirement: .historyLegal,
            query: """
                SELECT o.order_number, 'version ' || o.version || ' after ' || count(e.event_seq) || ' changes'
                FROM audit_orders o LEFT JOIN audit_events e ON e.order_number = o.order_number AND e.to_status IS NOT NULL
                GROUP BY o.order_number HAVING count(e.event_seq) = 0 OR o.version <> count(e.event_seq)
                """),
        Breach(
            requirement: .historyLegal,
            query: """
                SELECT o.order_number, 'stored without an order.accepted in its history' FROM audit_orders o
                WHERE NOT EXISTS (SELECT 1 FROM audit_events e
                                   WHERE e.order_number = o.order_number AND e.type = 'order.accepted')
                """),
    ]
}

/// What is asked of an event in more than one place.
enum EventSQL {
    /// Whether event `b` of the outbox was left out: the function has gone past its place in the stream, and the courier
    /// does not have it.
    static let isMissed = "(\(isUnheard) AND \(isPassed) AND NOT \(isInGap))"

    /// Whether event `b` of the outbox expired before the function had read it, which noticed; so it is on its way again.
    static let isExpiredUnread = "(\(isUnheard) AND \(isInGap))"

    /// Whether event `b` of the outbox is published, and the courier does not have it.
    static let isUnheard = """
        (b.published_at IS NOT NULL AND NOT b.is_late
         AND b.event_id NOT IN (SELECT event_id FROM audit_courier_messages))
        """

    private static let isPassed = """
        EXISTS (SELECT 1 FROM audit_checkpoints c
                 WHERE c.shard_id = b.shard_id AND c.counter >= sequence_counter(b.sequence_number))
        """

    private static let isInGap = """
        EXISTS (SELECT 1 FROM audit_gaps g
                 WHERE g.shard_id = b.shard_id AND g.after_counter < sequence_counter(b.sequence_number)
                   AND coalesce(g.before_counter > sequence_counter(b.sequence_number), b.published_at <= g.noticed_at))
        """
}
