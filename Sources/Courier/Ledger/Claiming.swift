import Clockwork
import Disk
import GRDB

extension CourierLedger {
    /// Picks deliveries that are due, and puts an attempt on record for each before it is made.
    ///
    /// - Throws: `CommitFailure`; then nothing may be sent.
    func claim(_ request: ClaimRequest, for endpoint: String) async throws -> Claim {
        let now = time.now.description
        return try await commits.enqueue { db in
            var claim = Claim()
            let wantedFresh = min(request.fresh, request.total)
            let fresh = try due(
                wantedFresh, .pending, for: endpoint, excluding: request.excluding, at: now, in: db)
            let wantedRetries = min(request.retries, request.total - fresh.count)
            let retries = try due(
                wantedRetries, .retrying, for: endpoint, excluding: request.excluding, at: now, in: db)
            claim.hasAllFresh = fresh.count < wantedFresh
            claim.hasAllRetries = retries.count < wantedRetries
            claim.errands = try (fresh + retries).map { try begin($0, for: endpoint, at: now, in: db) }
            claim.nextDue = try nextDue(for: endpoint, after: now, in: db)
            return claim
        }.value
    }

    private enum OpenState: String {
        case pending, retrying
    }

    private struct Due {
        let eventID: String
        let attempts: Int
        let attemptsBeforeReplay: Int
    }

    private func due(
        _ limit: Int, _ state: OpenState, for endpoint: String, excluding: Set<String>, at now: String,
        in db: Database
    ) throws -> [Due] {
        guard limit > 0 else { return [] }
        // The state stands there as text, twice, so that SQLite sees that the partial index will do.
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT event_id, attempts, attempts_before_replay FROM deliveries
                    WHERE partner = ? AND state IN ('pending','retrying') AND state = '\(state.rawValue)'
                      AND next_attempt_at <= ?
                    ORDER BY next_attempt_at, message_seq LIMIT ?
                    """),
            arguments: [endpoint, now, limit + excluding.count])
        return Array(
            rows.lazy.map { row in
                Due(
                    eventID: row["event_id"], attempts: row["attempts"],
                    attemptsBeforeReplay: row["attempts_before_replay"])
            }
            .filter { !excluding.contains($0.eventID) }.prefix(limit))
    }

    private func begin(_ due: Due, for endpoint: String, at now: String, in db: Database) throws -> Errand {
        try db.cachedStatement(
            sql: "INSERT INTO delivery_attempts (event_id, partner, attempt, started_at) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [due.eventID, endpoint, due.attempts + 1, now])
        let attemptID = db.lastInsertedRowID
        let message = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT order_number, payload, traceparent FROM messages WHERE event_id = ?"),
            arguments: [due.eventID])
        guard let message else { preconditionFailure("a delivery has a message, says its foreign key") }
        return Errand(
            eventID: due.eventID, orderNumber: message["order_number"], attempt: due.attempts + 1,
            tries: due.attempts + 1 - due.attemptsBeforeReplay, attemptID: attemptID,
            payload: Array((message["payload"] as String).utf8),
            traceparent: message["traceparent"])
    }

    private func nextDue(for endpoint: String, after now: String, in db: Database) throws -> Timestamp? {
        try String.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT min(next_attempt_at) FROM (
                      SELECT min(next_attempt_at) AS next_attempt_at FROM deliveries
                      WHERE partner = :partner AND state IN ('pending','retrying') AND state = 'pending'
                        AND next_attempt_at > :now
                      UNION ALL
                      SELECT min(next_attempt_at) FROM deliveries
                      WHERE partner = :partner AND state IN ('pending','retrying') AND state = 'retrying'
                        AND next_attempt_at > :now)
                    """),
            arguments: ["partner": endpoint, "now": now]
        ).flatMap { Timestamp($0) }
    }
}
