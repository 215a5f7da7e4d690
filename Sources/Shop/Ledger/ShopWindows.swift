/// The views of `shop.db` through which everyone else looks. Their names and columns stay.
enum ShopWindows {
    static let sql = """
        CREATE VIEW submitted_orders AS               -- what the shop was told about each customer's order
        SELECT s.order_number, min(s.idempotency_key) AS idempotency_key, min(s.sent_at) AS first_sent_at,
               count(*) AS attempts, max(s.outcome = 'acknowledged') AS acknowledged,
               max(s.outcome = 'refused') AS refused, max(s.outcome = 'unknown') AS unknown,
               min(CASE WHEN s.outcome = 'acknowledged' THEN s.answered_at END) AS acknowledged_at,
               min(s.document_sha256) AS document_sha256, min(s.trace_id) AS trace_id
        FROM submissions s WHERE s.deliberate IS NULL GROUP BY s.order_number;

        CREATE VIEW deliberate_messages AS            -- what the shop sent to see what happens
        SELECT s.deliberate AS kind, s.order_number, s.idempotency_key, s.document_sha256,
               count(*) AS attempts, max(s.outcome = 'acknowledged') AS acknowledged, max(s.message_id) AS message_id,
               min(s.sent_at) AS first_sent_at
        FROM submissions s WHERE s.deliberate IS NOT NULL
        GROUP BY s.deliberate, s.order_number, s.idempotency_key, s.document_sha256, s.trace_id;

        CREATE VIEW orders_not_handed_over AS   -- what customers gave us and the queue has not confirmed
        SELECT order_number, idempotency_key, document_sha256, attempts, taken_at
        FROM outgoing WHERE deliberate IS NULL;

        CREATE VIEW answer_times AS                   -- how long the queue took to answer each try
        SELECT submission_id, order_number, attempt, outcome, sent_at, answered_at,
               CAST(round((julianday(answered_at) - julianday(sent_at)) * 86400000) AS INTEGER) AS answer_ms
        FROM submissions WHERE answered_at IS NOT NULL;
        """
}
