import Clockwork
import Disk
import GRDB
import Logging
import Wire

/// The courier's own account of what it took on and what became of it: `courier.db`.
///
/// Each deed is one transaction, shared with others that are handed in at the same time. The ledger's moments
/// are those of a clock that never jumps, so that a due time stays where it was put.
struct CourierLedger: Sendable {
    let commits: GroupCommit
    let time: SteadyTime
    let surroundings: Surroundings
    private let disk: Disk

    init(_ storage: Storage, surroundings: Surroundings) throws {
        self.surroundings = surroundings
        time = SteadyTime(surroundings.time)
        disk = try storage.open("courier.db", schema: CourierSchema.migrator, checkpoints: .betweenCommits)
        commits = GroupCommit(disk: disk)
    }

    /// Begins a life: takes in the settings, and puts back what was under way when the last one ended.
    ///
    /// - Returns: What is remembered of each endpoint, by name.
    func begin(with endpoints: [Endpoint]) throws -> [String: LaneMemory] {
        let now = time.now
        return try disk.write { db in
            for endpoint in endpoints { try enroll(endpoint, in: db) }
            try dismissAll(but: endpoints.map(\.name), in: db)
            try skipDeliveriesOfDisabled(in: db)
            try db.execute(
                sql: """
                    UPDATE delivery_attempts
                    SET class = 'interrupted', error = 'the courier ended while this attempt was under way'
                    WHERE class IS NULL
                    """)
            try pullInDueTimes(now: now, in: db)
            return try memories(now: now, in: db)
        }
    }

    /// Lets go of the file.
    ///
    /// - Parameter orderly: False after an error, so that the next one to open the file looks closely.
    func close(orderly: Bool = true) {
        disk.close(orderly: orderly)
    }

    /// Looks after the file and the room around it, until the task is cancelled.
    ///
    /// - Throws: `DiskError` as soon as another file, or none, lies in its place.
    func keepWatch(by time: any TimeSource, logger: Logger) async throws {
        await disk.keepWatch(by: time, logger: logger)
        try disk.verifyPlace()
    }

    private func enroll(_ endpoint: Endpoint, in db: Database) throws {
        let known = try Row.fetchOne(
            db, sql: "SELECT url, disabled_reason FROM partners WHERE partner = ?", arguments: [endpoint.name]
        )
        let oldReason: String? = known?["disabled_reason"]
        let reason: String? =
            if !endpoint.isEnabled {
                DisabledReason.settings
            } else if let oldReason, !DisabledReason.ours.contains(oldReason),
                known?["url"] == endpoint.url.description
            {
                oldReason  // the receiver's wish holds until it has another address
            } else {
                nil
            }
        try db.execute(
            sql: """
                INSERT INTO partners
                  (partner, url, enabled, paused, timeout_ms, max_attempts, disabled_reason)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (partner) DO UPDATE SET url = excluded.url, enabled = excluded.enabled,
                  paused = excluded.paused, timeout_ms = excluded.timeout_ms,
                  max_attempts = excluded.max_attempts, disabled_reason = excluded.disabled_reason
                """,
            arguments: [
                endpoint.name, endpoint.url.description, reason == nil, endpoint.isPaused,
                endpoint.timeout.milliseconds, endpoint.patience.schedule.mostAttempts, reason,
            ])
    }

    private func dismissAll(but names: [String], in db: Database) throws {
        let stays = databaseQuestionMarks(count: names.count)
        try db.execute(
            sql: """
                UPDATE partners SET enabled = 0, disabled_reason = ?
                WHERE enabled = 1 AND partner NOT IN (\(stays))
                """,
            arguments: StatementArguments([DisabledReason.absent] + names))
    }

    /// A wall clock that went back between two lives keeps nothing waiting for longer than it was told to.
    private func pullInDueTimes(now: Timestamp, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE deliveries SET next_attempt_at = :now
                WHERE state IN ('pending','retrying') AND state = 'pending' AND next_attempt_at > :now
                """, arguments: ["now": now.description])
        for wait in try waits(endingAfter: now, in: db) where now + wait.span < wait.end {
            try db.execute(
                sql: "UPDATE deliveries SET next_attempt_at = ? WHERE event_id = ? AND partner = ?",
                arguments: [(now + wait.span).description, wait.eventID, wait.partner])
        }
    }

    /// A wait for the next attempt, and how long it was to be when the last one had failed.
    private struct Wait {
        var eventID: String
        var partner: String
        var end: Timestamp
        var span: Duration
    }

    private func waits(endingAfter now: Timestamp, in db: Database) throws -> [Wait] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT d.event_id, d.partner, d.next_attempt_at, a.started_at, a.duration_ms
                FROM deliveries d JOIN delivery_attempts a ON a.attempt_id =
                  (SELECT max(attempt_id) FROM delivery_attempts
                    WHERE event_id = d.event_id AND partner = d.partner AND next_attempt_at IS NOT NULL)
                WHERE d.state IN ('pending','retrying') AND d.state = 'retrying' AND d.next_attempt_at > ?
                """, arguments: [now.description]
        ).compactMap { row in
            guard let end = Timestamp(row["next_attempt_at"] as String),
                let started = Timestamp(row["started_at"] as String)
            else { return nil }
            let failed = started + .milliseconds(row["duration_ms"] as Int64? ?? 0)
            return Wait(
                eventID: row["event_id"], partner: row["partner"], end: end, span: max(.zero, end - failed))
        }
    }

    private func memories(now: Timestamp, in db: Database) throws -> [String: LaneMemory] {
        var memories: [String: LaneMemory] = [:]
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT partner, enabled = 1 AND paused = 0 AS served, open_until, open_for_ms
                FROM partners LEFT JOIN circuits USING (partner)
                """)
        for row in rows {
            let end: String? = row["open_until"]
            let circuit = end.flatMap { Timestamp($0) }.map { end in
                let span = Duration.milliseconds(row["open_for_ms"] as Int64)
                return CircuitBreaker.State.open(until: min(end, now + span), for: span)
            }
            memories[row["partner"]] = LaneMemory(isServed: row["served"], circuit: circuit ?? .closed)
        }
        return memories
    }
}

/// Why an endpoint hears nothing; receivers give reasons of their own.
enum DisabledReason {
    static let settings = "disabled in the settings"
    static let absent = "no longer in the settings"
    static let ours = [settings, absent]
}

/// Ends every open delivery to an endpoint that hears nothing more.
func skipDeliveriesOfDisabled(in db: Database) throws {
    try db.execute(
        sql: """
            UPDATE deliveries
            SET state = 'skipped', next_attempt_at = NULL,
                last_error = (SELECT disabled_reason FROM partners p WHERE p.partner = deliveries.partner)
            WHERE state IN ('pending','retrying')
              AND partner IN (SELECT partner FROM partners WHERE enabled = 0)
            """)
}
