import Clockwork
import Disk
import GRDB
import Wire

extension CourierLedger {
    /// Takes events on: each message with one delivery for every endpoint, in one transaction.
    ///
    /// An event that is known already writes nothing.
    /// - Returns: How many were new, once all of them are durable.
    /// - Throws: `CommitFailure`.
    func stage(_ events: [StagedEvent]) async throws -> Int {
        let now = time.now.description
        let bytes = events.reduce(0) { $0 + $1.payload.utf8.count + 512 }
        return try await commits.enqueue(bytes: bytes) { db in
            var new = 0
            for event in events where try stage(event, at: now, in: db) { new += 1 }
            try surroundings.pass(inTransaction: .courierStagedBeforeCommit)
            return new
        }.value
    }

    /// Takes one event on. - Returns: False when it is known.
    func stage(_ event: StagedEvent, at now: String, in db: Database) throws -> Bool {
        guard let place = try write(event, receivedAt: now, in: db) else { return false }
        let endpoints = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT partner, disabled_reason FROM partners"))
        for endpoint in endpoints {
            try write(
                event, place: place, for: endpoint["partner"], skipping: endpoint["disabled_reason"],
                stagedAt: now, in: db)
        }
        return true
    }

    /// - Returns: The message's place in the order of arrival; nil when the event is known.
    private func write(_ event: StagedEvent, receivedAt now: String, in db: Database) throws -> Int64? {
        try db.cachedStatement(
            sql: """
                INSERT INTO messages
                  (event_id, order_number, event_type, order_version, payload, traceparent, received_at)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING
                """
        ).execute(arguments: [
            event.id, event.orderNumber, event.type, event.orderVersion, event.payload, event.traceparent,
            now,
        ])
        return db.changesCount == 1 ? db.lastInsertedRowID : nil
    }

    private func write(
        _ event: StagedEvent, place: Int64, for endpoint: String, skipping reason: String?,
        stagedAt now: String,
        in db: Database
    ) throws {
        // Behind an earlier event of its order it has no due time yet; `settle` gives it one.
        try db.cachedStatement(
            sql: """
                INSERT INTO deliveries
                  (event_id, partner, order_number, event_type, order_version, state, staged_at,
                   next_attempt_at, last_error, message_seq)
                VALUES (:event, :partner, :order, :type, :version,
                  iif(:reason IS NULL, 'pending', 'skipped'), :now,
                  iif(:reason IS NOT NULL OR EXISTS (
                    SELECT 1 FROM deliveries WHERE partner = :partner AND order_number = :order
                      AND state IN ('pending','retrying')), NULL, :now),
                  :reason, :place)
                """
        ).execute(arguments: [
            "event": event.id, "partner": endpoint, "order": event.orderNumber, "type": event.type,
            "version": event.orderVersion, "now": now, "reason": reason, "place": place,
        ])
    }
}

/// An event that was found fit to be taken on.
struct StagedEvent: Hashable, Sendable {
    let id: String
    let orderNumber: String
    let type: String
    let orderVersion: Int
    /// JSON; its UTF-8 is exactly what came.
    let payload: String
    let traceparent: String?
}
