import Clockwork
import Disk
import GRDB
import Wire

/// The courier's own account of what it took on and what became of it: `courier.db`.
///
/// Each deed is one transaction, shared with others that are handed in at the same time. The ledger's moments
/// are those of a clock that never jumps, so that a due time stays where it was put.
struct CourierLedger: Sendable {
    let commits: GroupCommit
    let time: SteadyTime
    private let disk: Disk

    init(_ storage: Storage, time: SteadyTime) throws {
        self.time = time
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
            return try memories(in: db)
        }
    }

    /// Lets go of the file.
    func close() {
        disk.close()
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

    /// A wall clock that went back between two lives must not keep anything waiting for longer than it ever
    /// would have.
    private func pullInDueTimes(now: Timestamp, in db: Database) throws {
        let latest = now + RetrySchedule.longestWait * 1.2
        for (state, limit) in [("pending", now), ("retrying", latest)] {
            try db.execute(
                sql: """
                    UPDATE deliveries SET next_attempt_at = ?
                    WHERE state IN ('pending','retrying') AND state = ? AND next_attempt_at > ?
                    """,
                arguments: [limit.description, state, limit.description])
        }
    }

    private func memories(in db: Database) throws -> [String: LaneMemory] {
        var memories: [String: LaneMemory] = [:]
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT partner, enabled = 1 AND paused = 0 AS served, open_until, open_for_ms
                FROM partners LEFT JOIN circuits USING (partner)
                """)
        for row in rows {
            let end: String? = row["open_until"]
            let circuit = end.flatMap { Timestamp($0) }.map {
                CircuitBreaker.State.open(until: $0, for: .milliseconds(row["open_for_ms"] as Int64))
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
