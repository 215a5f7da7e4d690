import Clockwork
import Disk
import GRDB
import Wire

/// A partner's own account of what reached it: `partner-NAME.db`, one of the audit's witnesses.
struct PartnerLedger: Sendable {
    let commits: GroupCommit
    private let disk: Disk
    private let time: any TimeSource

    init(of name: String, in storage: Storage, time: any TimeSource) throws {
        disk = try storage.open(
            "partner-\(name).db", schema: Self.migrator, checkpoints: .betweenCommits)
        commits = GroupCommit(disk: disk)
        self.time = time
    }

    func close() {
        disk.close()
    }

    /// Takes a webhook in: this is the partner's work.
    ///
    /// - Returns: The receipt's number, once it is durable.
    /// - Throws: `CommitFailure`.
    func take(_ webhook: Webhook) async throws -> Int64 {
        let now = time.now.description
        return try await commits.enqueue(bytes: 512) { db in
            try db.cachedStatement(
                sql: """
                    INSERT INTO received (event_id, order_number, event_type, received_at, body_sha256, first_time)
                    VALUES (:event, :order, :type, :now, :hash,
                      NOT EXISTS (SELECT 1 FROM received WHERE event_id = :event))
                    """
            ).execute(arguments: [
                "event": webhook.id, "order": webhook.orderNumber, "type": webhook.eventType, "now": now,
                "hash": webhook.bodyHash,
            ])
            return db.lastInsertedRowID
        }.value
    }

    /// Notes what was answered, without waiting: the answer is on its way.
    func note(_ status: Int, on receipt: Int64) {
        _ = commits.enqueue { db in
            try db.cachedStatement(sql: "UPDATE received SET answered_status = ? WHERE receipt_id = ?")
                .execute(arguments: [status, receipt])
        }
    }

    /// Keeps that a webhook was turned away, and nothing was done for it.
    func noteRefusal(of webhookID: String, status: Int) async throws {
        let now = time.now.description
        try await commits.enqueue { db in
            try db.cachedStatement(
                sql: "INSERT INTO refusals (event_id, refused_at, answered_status) VALUES (?, ?, ?)"
            ).execute(arguments: [webhookID, now, status])
        }.value
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("what was received, and what was turned away") { db in
            try db.execute(
                sql: """
                    CREATE TABLE received (        -- row before the answer; answered_status after it, null while unknown
                      receipt_id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, order_number TEXT NOT NULL,
                      event_type TEXT NOT NULL, received_at TEXT NOT NULL, answered_status INTEGER,
                      body_sha256 TEXT NOT NULL CHECK (length(body_sha256) = 64),
                      first_time INTEGER NOT NULL CHECK (first_time IN (0,1))
                    ) STRICT;
                    CREATE INDEX received_event ON received(event_id);
                    CREATE UNIQUE INDEX received_first ON received(event_id) WHERE first_time = 1;
                    CREATE INDEX received_order ON received(order_number);

                    CREATE TABLE refusals (        -- signed webhooks that were answered without any work being done
                      refusal_id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, refused_at TEXT NOT NULL,
                      answered_status INTEGER NOT NULL
                    ) STRICT;

                    CREATE VIEW inbox AS
                    SELECT event_id, order_number, event_type, min(received_at) AS first_received_at,
                           max(received_at) AS last_received_at, count(*) AS receipts, count(*) - 1 AS repeats,
                           count(DISTINCT body_sha256) AS bodies
                    FROM received GROUP BY event_id;
                    """)
        }
        return migrator
    }
}
