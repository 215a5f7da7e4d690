import Clockwork
import Disk
import GRDB

extension CourierLedger {
    /// Writes down how an attempt ended, together with what becomes of its delivery and of the order's next
    /// event.
    ///
    /// - Returns: Whether the next event of the same order is due now.
    /// - Throws: `CommitFailure`; then the delivery stays as it was, and the attempt will be made again.
    func settle(_ settlement: Settlement, for endpoint: String) async throws -> Bool {
        let now = time.now
        return try await commits.enqueue(bytes: 512 + (settlement.reply.excerpt?.utf8.count ?? 0)) { db in
            try complete(settlement, in: db)
            let isOver = try apply(settlement, for: endpoint, at: now, in: db)
            if let change = settlement.circuit { try note(change, of: endpoint, at: now, in: db) }
            if let reason = settlement.verdict.disabling { try disable(endpoint, because: reason, in: db) }
            return try isOver && release(orderOf: settlement.errand, for: endpoint, at: now, in: db)
        }.value
    }

    private func complete(_ settlement: Settlement, in db: Database) throws {
        let reply = settlement.reply
        var next: String?
        if case .again(let due) = settlement.verdict.fate { next = due.description }
        try db.cachedStatement(
            sql: """
                UPDATE delivery_attempts
                SET duration_ms = ?, http_status = ?, class = ?, error = ?, response_excerpt = ?,
                    next_attempt_at = ?
                WHERE attempt_id = ?
                """
        ).execute(arguments: [
            settlement.duration.milliseconds, reply.status, reply.attemptClass.rawValue, reply.error,
            reply.excerpt, next, settlement.errand.attemptID,
        ])
    }

    /// - Returns: Whether this ended the delivery.
    private func apply(
        _ settlement: Settlement, for endpoint: String, at now: Timestamp, in db: Database
    ) throws -> Bool {
        let (state, next, deliveredAt, parkedReason): (String, String?, String?, String?) =
            switch settlement.verdict.fate {
            case .delivered: ("delivered", nil, now.description, nil)
            case .again(let due): ("retrying", due.description, nil, nil)
            case .parked(let reason): ("parked", nil, nil, reason)
            }
        // A delivery that was skipped in the meantime stays so, unless it has arrived after all.
        try db.cachedStatement(
            sql: """
                UPDATE deliveries
                SET state = :state, attempts = :attempts, next_attempt_at = :next,
                    delivered_at = iif(:delivered IS NULL, NULL, coalesce(first_delivered_at, :delivered)),
                    last_status = :status, last_error = :error, parked_reason = :reason
                WHERE event_id = :event AND partner = :partner
                  AND (state IN ('pending','retrying') OR (state = 'skipped' AND :state = 'delivered'))
                """
        ).execute(arguments: [
            "state": state, "attempts": settlement.errand.attempt, "next": next, "delivered": deliveredAt,
            "status": settlement.reply.status, "error": settlement.reply.error, "reason": parkedReason,
            "event": settlement.errand.eventID, "partner": endpoint,
        ])
        return next == nil
    }

    /// Gives the order's next event its turn.
    private func release(
        orderOf errand: Errand, for endpoint: String, at now: Timestamp, in db: Database
    ) throws -> Bool {
        try db.cachedStatement(
            sql: """
                UPDATE deliveries SET next_attempt_at = :now
                WHERE next_attempt_at IS NULL AND (event_id, partner) = (
                  SELECT event_id, partner FROM deliveries
                  WHERE partner = :partner AND order_number = :order AND state IN ('pending','retrying')
                  ORDER BY message_seq LIMIT 1)
                """
        ).execute(arguments: [
            "now": now.description, "partner": endpoint, "order": errand.orderNumber,
        ])
        return db.changesCount > 0
    }

    private func note(_ change: CircuitChange, of endpoint: String, at now: Timestamp, in db: Database) throws
    {
        switch change {
        case .closed:
            try db.execute(sql: "DELETE FROM circuits WHERE partner = ?", arguments: [endpoint])
        case .open(let end, let span):
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO circuits (partner, open_until, open_for_ms, changed_at)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [endpoint, end.description, span.milliseconds, now.description])
        }
    }

    private func disable(_ endpoint: String, because reason: String, in db: Database) throws {
        try db.execute(
            sql: "UPDATE partners SET enabled = 0, disabled_reason = ? WHERE partner = ? AND enabled = 1",
            arguments: [reason, endpoint])
        try skipDeliveriesOfDisabled(in: db)
    }
}
