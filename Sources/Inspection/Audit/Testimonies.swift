extension Testimony {
    /// Everything that an audit is judged from, house by house in the order in which it is copied; the
    /// partners follow.
    static let houses: [[Testimony]] = [
        [submissions, shopBacklog],
        [messages, queues],
        [orders, rejections, inbox, conflicts, events, outbox, earlyCancellations],
        [records],
        [checkpoints, gaps],
        [partners, courierMessages, deliveries, attempts],
        // Known before anybody meets what came of them.
        [moves, edits, discards],
    ]

    /// What came into being upstream while the rest was copied: copied last, so that nothing further down
    /// looks invented.
    static let latecomers: [Testimony] = [lateSubmissions, lateOutbox, lateCourierMessages]

    static let submissions = Testimony(
        name: "audit_submissions",
        columns: [
            "submission_id", "order_number", "idempotency_key", "document_sha256", "attempt", "sent_at",
            "answered_at",
            "outcome", "message_id", "error", "deliberate", "trace_id", "is_late",
        ],
        ledger: .shop, sources: ["submissions"],
        query: """
            SELECT submission_id, order_number, idempotency_key, document_sha256, attempt, sent_at, answered_at, outcome,
                   message_id, error, deliberate, trace_id, 0
            FROM shop.submissions
            """,
        keys: ["order_number", "message_id"])

    static let lateSubmissions = Testimony(
        name: "audit_submissions", columns: submissions.columns, ledger: .shop, sources: ["submissions"],
        query: """
            SELECT submission_id, order_number, idempotency_key, document_sha256, attempt, sent_at, answered_at, outcome,
                   message_id, error, deliberate, trace_id, 1
            FROM shop.submissions
            WHERE submission_id > coalesce((SELECT max(submission_id) FROM temp.audit_submissions), 0)
            """)

    static let shopBacklog = Testimony(
        name: "audit_shop_backlog", columns: ["unsent"], ledger: .shop, sources: ["outgoing"],
        query: "SELECT count(*) FROM shop.outgoing")

    /// The broker's own `state` goes by the machine's clock; the auditor's may be another one.
    static let messages = Testimony(
        name: "audit_messages",
        columns: [
            "queue", "message_id", "order_number", "state", "receive_count", "sent_at", "first_received_at",
            "source_arn", "place", "content_sha256",
        ],
        ledger: .broker, sources: ["queue_messages", "queues", "message_bodies"],
        query: """
            SELECT queue, message_id, order_number,
                   CASE WHEN queue IN (SELECT value FROM json_each(:dead)) THEN 'dead'
                        WHEN visible_at IS NULL OR visible_at <= :now THEN 'waiting'
                        WHEN receive_count > 0 THEN 'in flight' ELSE 'delayed' END,
                   receive_count, sent_at, first_received_at, source_arn,
                   (SELECT queue_id << 40 FROM broker.queues q WHERE q.name = queue) | sequence, NULL
            FROM broker.queue_messages
            WHERE queue IN (SELECT value FROM json_each(:live) UNION ALL SELECT value FROM json_each(:dead))
            """,
        keys: ["order_number", "message_id"],
        contents: """
            content_sha256 = (SELECT content_sha256(b.body) FROM broker.message_bodies b
                               WHERE b.place = audit_messages.place)
            """)

    /// Which message became which, as far as that is remembered.
    static let moves = Testimony(
        name: "audit_moves", columns: ["message_id", "former_message_id"],
        ledger: .broker, sources: ["message_moves"],
        query: "SELECT message_id, former_message_id FROM broker.message_moves",
        keys: ["message_id", "former_message_id"])

    /// Dead letters that somebody has corrected and sent back.
    static let edits = Testimony(
        name: "audit_edits",
        columns: ["message_id", "sent_as", "edited_by", "edited_at", "content_sha256"],
        ledger: .broker, sources: ["message_edits"],
        query: "SELECT message_id, sent_as, edited_by, edited_at, NULL FROM broker.message_edits",
        keys: ["message_id"],
        contents: """
            content_sha256 = (SELECT content_sha256(e.body) FROM broker.message_edits e
                               WHERE e.message_id = audit_edits.message_id)
            """)

    /// Dead letters that somebody has removed for good.
    static let discards = Testimony(
        name: "audit_discards",
        columns: ["message_id", "sent_as", "queue", "reason", "discarded_by", "discarded_at"],
        ledger: .broker, sources: ["message_discards"],
        query: """
            SELECT message_id, sent_as, queue, reason, discarded_by, discarded_at FROM broker.message_discards
            """,
        keys: ["sent_as"])

    static let queues = Testimony(
        name: "audit_queues", columns: ["queue", "max_receive_count"],
        ledger: .broker, sources: ["queue_overview"],
        query: """
            SELECT queue, CAST(json_extract(json_extract(attributes, '$.RedrivePolicy'), '$.maxReceiveCount') AS INTEGER)
            FROM broker.queue_overview
            """)

    /// Orders and what their columns say, held against the document.
    static let orders = Testimony(
        name: "audit_orders",
        columns: [
            "order_number", "idempotency_key", "status", "version", "placed_at", "accepted_at",
            "document_sha256", "content_sha256", "says_the_same",
        ],
        ledger: .oms, sources: ["orders", "order_documents"],
        query: """
            SELECT order_number, idempotency_key, status, version, placed_at, accepted_at, document_sha256, NULL, NULL
            FROM oms.orders
            """,
        keys: ["order_number"],
        contents: """
            (content_sha256, says_the_same) =
              (SELECT content_sha256(d.document),
                      CASE WHEN json_valid(d.document) THEN
                        o.order_number = json_extract(d.document, '$.order_number')
                        AND o.idempotency_key = json_extract(d.document, '$.idempotency_key')
                        AND o.currency = json_extract(d.document, '$.currency')
                        AND o.total_minor = json_extract(d.document, '$.totals.total_minor')
                        AND o.line_count = json_array_length(d.document, '$.lines')
                        AND o.customer_name = json_extract(d.document, '$.customer.name') ELSE 0 END
               FROM oms.orders o LEFT JOIN oms.order_documents d USING (order_number)
               WHERE o.order_number = audit_orders.order_number)
            """)

    static let rejections = Testimony(
        name: "audit_rejections",
        columns: [
            "rejection_id", "order_number", "idempotency_key", "message_id", "rejected_at", "code",
            "content_sha256",
        ],
        ledger: .oms, sources: ["rejections"],
        query: """
            SELECT rejection_id, order_number, idempotency_key, message_id, rejected_at,
                   json_extract(reasons, '$[0].code'), NULL
            FROM oms.rejections
            """,
        keys: ["order_number", "message_id"],
        contents: """
            content_sha256 = (SELECT content_sha256(r.document) FROM oms.rejections r
                               WHERE r.rejection_id = audit_rejections.rejection_id)
            """)

    static let inbox = Testimony(
        name: "audit_inbox",
        columns: [
            "idempotency_key", "order_number", "outcome", "first_message_id", "first_seen_at", "last_seen_at",
            "deliveries",
        ],
        ledger: .oms, sources: ["inbox"],
        query: """
            SELECT idempotency_key, order_number, outcome, first_message_id, first_seen_at, last_seen_at, deliveries
            FROM oms.inbox
            """,
        keys: ["idempotency_key", "order_number"])

    static let conflicts = Testimony(
        name: "audit_conflicts", columns: ["idempotency_key", "document_sha256", "deliveries"],
        ledger: .oms, sources: ["inbox_conflicts"],
        query: "SELECT idempotency_key, document_sha256, deliveries FROM oms.inbox_conflicts")

    static let events = Testimony(
        name: "audit_events",
        columns: [
            "event_seq", "event_id", "order_number", "type", "from_status", "to_status", "occurred_at",
            "actor", "is_legal",
        ],
        ledger: .oms, sources: ["order_events", "status_transitions"],
        query: """
            SELECT e.event_seq, e.event_id, e.order_number, e.type, e.from_status, e.to_status, e.occurred_at, e.actor,
                   e.to_status IS NULL OR EXISTS (SELECT 1 FROM oms.status_transitions t
                                                   WHERE t.from_status = e.from_status AND t.to_status = e.to_status)
            FROM oms.order_events e
            """,
        keys: ["order_number"])

    static let outbox = Testimony(
        name: "audit_outbox",
        columns: [
            "outbox_seq", "event_id", "order_number", "version", "created_at", "attempts", "published_at",
            "shard_id",
            "sequence_number", "payload_sha256", "is_late",
        ],
        ledger: .oms, sources: ["outbox"],
        query: outboxQuery(isLate: false, where: "1"),
        keys: ["event_id", "order_number"], contents: outboxContents)

    static let lateOutbox = Testimony(
        name: "audit_outbox", columns: outbox.columns, ledger: .oms, sources: ["outbox"],
        query: outboxQuery(
            isLate: true, where: "outbox_seq > coalesce((SELECT max(outbox_seq) FROM temp.audit_outbox), 0)"))

    private static func outboxQuery(isLate: Bool, where condition: String) -> String {
        """
        SELECT outbox_seq, event_id, order_number, json_extract(payload, '$.data.version'), created_at, attempts,
               published_at, shard_id, sequence_number, NULL, \(isLate ? 1 : 0)
        FROM oms.outbox WHERE \(condition)
        """
    }

    /// A payload may be cleared once it is published; then there is nothing left to compare.
    private static let outboxContents = """
        payload_sha256 = (SELECT CASE WHEN json_extract(b.payload, '$.id') IS NOT NULL THEN sha256(b.payload) END
                          FROM oms.outbox b WHERE b.outbox_seq = audit_outbox.outbox_seq)
        """

    /// What came before its order.
    static let earlyCancellations = Testimony(
        name: "audit_early_cancellations", columns: ["idempotency_key", "order_number", "outcome"],
        ledger: .oms, sources: ["early_cancellations"],
        query: "SELECT idempotency_key, order_number, outcome FROM oms.early_cancellations",
        keys: ["idempotency_key"])

    static let records = Testimony(
        name: "audit_records",
        columns: [
            "shard_id", "counter", "sequence_number", "event_id", "order_number", "version", "arrived_at",
            "data_sha256",
        ],
        ledger: .broker, sources: ["stream_records"],
        query: """
            SELECT shard_id, counter, sequence_number(creation_second, counter, arrival_second, shard_number),
                   CASE WHEN json_valid(data) THEN json_extract(data, '$.id') END,
                   CASE WHEN json_valid(data) THEN json_extract(data, '$.subject') END,
                   CASE WHEN json_valid(data) THEN json_extract(data, '$.data.version') END,
                   arrived_at, sha256(data)
            FROM broker.stream_records WHERE stream = :stream
            """,
        keys: ["event_id", "order_number"])

    static let checkpoints = Testimony(
        name: "audit_checkpoints", columns: ["shard_id", "counter"],
        ledger: .function, sources: ["checkpoints"],
        query: """
            SELECT shard_id, sequence_counter(sequence_number) FROM function.checkpoints WHERE stream = :stream
            """)

    /// Stretches of a shard that expired unread, which the OMS is asked to publish again.
    static let gaps = Testimony(
        name: "audit_gaps", columns: ["shard_id", "after_counter", "before_counter", "noticed_at"],
        ledger: .function, sources: ["stream_gaps"],
        query: """
            SELECT shard_id, sequence_counter(after_sequence_number), sequence_counter(before_sequence_number), noticed_at
            FROM function.stream_gaps WHERE stream = :stream
            """)

    static let partners = Testimony(
        name: "audit_partners", columns: ["partner", "enabled", "paused"],
        ledger: .notify, sources: ["partners"],
        query: "SELECT partner, enabled, paused FROM notify.partners")

    static let courierMessages = Testimony(
        name: "audit_courier_messages",
        columns: ["event_id", "order_number", "version", "received_at", "payload_sha256", "is_late"],
        ledger: .notify, sources: ["messages"],
        query: """
            SELECT event_id, order_number, order_version, received_at, sha256(payload), 0 FROM notify.messages
            """,
        keys: ["event_id"])

    static let lateCourierMessages = Testimony(
        name: "audit_courier_messages", columns: courierMessages.columns, ledger: .notify,
        sources: ["messages"],
        query: """
            SELECT event_id, order_number, order_version, received_at, sha256(payload), 1 FROM notify.messages
            WHERE event_id NOT IN (SELECT event_id FROM temp.audit_courier_messages)
            """)

    static let deliveries = Testimony(
        name: "audit_deliveries",
        columns: [
            "event_id", "partner", "order_number", "version", "state", "attempts", "staged_at",
            "delivered_at",
            "last_status", "parked_reason",
        ],
        ledger: .notify, sources: ["deliveries"],
        query: """
            SELECT event_id, partner, order_number, order_version, state, attempts, staged_at, delivered_at, last_status,
                   parked_reason
            FROM notify.deliveries
            """,
        keys: ["event_id", "order_number"])

    static let attempts = Testimony(
        name: "audit_attempts",
        columns: ["attempt_id", "event_id", "partner", "attempt", "started_at", "http_status"],
        ledger: .notify, sources: ["delivery_attempts"],
        query: """
            SELECT attempt_id, event_id, partner, attempt, started_at, http_status FROM notify.delivery_attempts
            """,
        keys: ["event_id"])

    /// What one partner says that it received.
    static func received(by partner: String) -> Testimony {
        let ledger = Ledger.partner(partner)
        return Testimony(
            name: "audit_received",
            columns: [
                "partner", "receipt_id", "event_id", "order_number", "received_at", "answered_status",
                "body_sha256",
                "first_time",
            ],
            ledger: ledger, sources: ["received"],
            query: """
                SELECT '\(partner.replacing("'", with: "''"))', receipt_id, event_id, order_number, received_at,
                       answered_status, body_sha256, first_time
                FROM \(ledger.schema).received
                """,
            keys: ["event_id"])
    }
}
