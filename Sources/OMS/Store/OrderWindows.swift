/// The views of `orders.db` through which everyone else looks. Their names and columns stay.
enum OrderWindows {
    static let sql = """
        CREATE VIEW order_overview AS        -- a line for each order, for eyes
        SELECT o.order_number, o.status, o.channel, o.placed_at, o.accepted_at,
               CAST(round((julianday(o.accepted_at)-julianday(o.placed_at))*86400000) AS INTEGER) AS accept_lag_ms,
               o.customer_name, s.city || ', ' || s.country AS ship_to, o.line_count, o.unit_count,
               o.currency || ' ' || CASE c.minor_digits
                  WHEN 0 THEN printf('%d', o.total_minor)
                  WHEN 3 THEN printf('%d.%03d', o.total_minor/1000, o.total_minor%1000)
                  WHEN 4 THEN printf('%d.%04d', o.total_minor/10000, o.total_minor%10000)
                  ELSE        printf('%d.%02d', o.total_minor/100,  o.total_minor%100) END AS total,
               o.currency, o.total_minor,
               CASE WHEN b.published_at IS NOT NULL THEN 'published' WHEN b.attempts > 0 THEN 'retrying'
                    ELSE 'waiting' END AS stream_state,
               b.published_at
        FROM orders o JOIN currencies c ON c.code = o.currency
        LEFT JOIN order_addresses s ON s.order_number = o.order_number AND s.kind = 'shipping'
        LEFT JOIN outbox b ON b.outbox_seq = (SELECT max(outbox_seq) FROM outbox WHERE order_number = o.order_number);

        CREATE VIEW order_history AS         -- what happened to each order, in the order in which it did
        SELECT o.order_number, e.event_seq, e.occurred_at, e.type, e.from_status, e.to_status, e.actor, e.detail
        FROM order_events e JOIN orders o USING (order_number);

        CREATE VIEW order_checks AS          -- must be empty
        SELECT o.order_number, 'items_minor <> sum of lines' AS problem FROM orders o
         WHERE o.items_minor <> (SELECT sum(total_minor) FROM order_lines l WHERE l.order_number=o.order_number)
        UNION ALL SELECT o.order_number, 'line_count differs' FROM orders o
         WHERE o.line_count <> (SELECT count(*) FROM order_lines l WHERE l.order_number=o.order_number)
        UNION ALL SELECT o.order_number, 'status is not the last event''s to_status' FROM orders o
         WHERE o.status IS NOT (SELECT to_status FROM order_events e WHERE e.order_number=o.order_number
                                AND to_status IS NOT NULL ORDER BY event_seq DESC LIMIT 1)
        UNION ALL SELECT o.order_number, 'accepted but no outbox row' FROM orders o
         WHERE NOT EXISTS (SELECT 1 FROM outbox b WHERE b.order_number=o.order_number);

        CREATE VIEW rejection_reasons AS     -- how often each rule was broken
        SELECT json_extract(j.value,'$.code') AS code, count(*) AS times, max(r.rejected_at) AS last_seen
        FROM rejections r, json_each(r.reasons) j GROUP BY 1 ORDER BY 2 DESC;
        """

    static let onTheWayOut = """
        CREATE VIEW outbox_overview AS       -- each event's way to the stream
        SELECT b.outbox_seq, b.event_id, b.order_number, e.type, e.event_seq, b.created_at,
               CASE WHEN b.published_at IS NOT NULL THEN 'published' WHEN b.attempts > 0 THEN 'retrying'
                    ELSE 'waiting' END AS state,
               b.attempts, b.last_error, b.published_at, b.shard_id, b.sequence_number
        FROM outbox b JOIN order_events e USING (event_id);

        CREATE VIEW outbox_backlog AS        -- what the stream has yet to hear: always one row
        SELECT count(*) AS waiting, coalesce(sum(attempts > 0), 0) AS retrying, min(created_at) AS oldest_created_at
        FROM outbox WHERE published_at IS NULL;

        CREATE VIEW intake_totals AS         -- what became of all messages: always one row
        SELECT (SELECT count(*) FROM orders) AS stored,
               (SELECT count(*) FROM rejections) AS rejected,
               (SELECT count(*) FROM rejections WHERE json_extract(reasons,'$[0].code') = 'conflict') AS conflicts,
               (SELECT coalesce(sum(deliveries - 1), 0) FROM inbox)
                 + (SELECT coalesce(sum(deliveries - 1), 0) FROM inbox_conflicts) AS repeats;

        CREATE VIEW rejection_overview AS    -- a line for each rejection, without its document
        SELECT r.rejection_id, r.rejected_at, r.order_number, r.idempotency_key, r.message_id,
               (SELECT group_concat(json_extract(j.value,'$.code'), ' ') FROM json_each(r.reasons) j) AS codes,
               json_array_length(r.reasons) AS reason_count, length(CAST(r.document AS BLOB)) AS document_bytes
        FROM rejections r;
        """

    static let earlyCancellations = """
        CREATE VIEW early_cancellation_overview AS -- what came before its order, and what became of it
        SELECT order_number, idempotency_key, received_at, coalesce(outcome, 'waiting') AS state, settled_at,
               CAST(round((julianday(settled_at) - julianday(received_at)) * 86400000) AS INTEGER) AS waited_ms
        FROM early_cancellations;
        """
}
