import Clockwork
import Disk
import GRDB
import Wire

extension CourierLedger {
    /// Opens deliveries to one endpoint again, in one transaction, and takes on what is not known yet.
    ///
    /// An order's events keep their order, also behind one that is still on its way. When a delivery was first made stays
    /// on record, and its attempts go on counting, but its patience begins anew.
    /// - Returns: Nil when there is no such endpoint, or it is not served; else what became of each, once it is durable.
    /// - Throws: `CommitFailure`.
    func replay(_ events: [StagedEvent], to endpoint: String) async throws -> ReplayEvents.Output? {
        let now = time.now.description
        let bytes = events.reduce(0) { $0 + $1.payload.utf8.count + 512 }
        return try await commits.enqueue(bytes: bytes) { db in
            let isServed = try Bool.fetchOne(
                db, sql: "SELECT enabled FROM partners WHERE partner = ?", arguments: [endpoint])
            guard isServed == true else { return nil }
            var output = ReplayEvents.Output()
            for event in events {
                if try stage(event, at: now, in: db) {
                    output.newEvents += 1
                } else if try reopen(event, for: endpoint, at: now, in: db) {
                    output.replayed += 1
                } else {
                    output.underWay += 1
                }
            }
            return output
        }.value
    }

    /// - Returns: False when it is open already.
    private func reopen(_ event: StagedEvent, for endpoint: String, at now: String, in db: Database) throws
        -> Bool
    {
        try db.cachedStatement(
            sql: """
                UPDATE deliveries
                SET state = 'pending', first_delivered_at = coalesce(first_delivered_at, delivered_at),
                    delivered_at = NULL, parked_reason = NULL, attempts_before_replay = attempts,
                    next_attempt_at = iif(EXISTS (
                      SELECT 1 FROM deliveries WHERE partner = :partner AND order_number = :order
                        AND state IN ('pending','retrying')), NULL, :now)
                WHERE event_id = :event AND partner = :partner AND state NOT IN ('pending','retrying')
                """
        ).execute(arguments: [
            "event": event.id, "partner": endpoint, "order": event.orderNumber, "now": now,
        ])
        return db.changesCount == 1
    }
}
