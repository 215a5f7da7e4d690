import Clockwork
import Disk
import GRDB
import Logging
import Wire

/// A partner's own account of what reached it: `partner-NAME.db`, one of the audit's witnesses.
struct PartnerLedger: Sendable {
    let commits: GroupCommit
    private let disk: Disk
    private let time: any TimeSource

    init(of name: String, in storage: Storage, time: any TimeSource) throws {
        disk = try storage.open(
            "partner-\(name).db", schema: PartnerSchema.migrator, checkpoints: .betweenCommits)
        commits = GroupCommit(disk: disk)
        self.time = time
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

    /// Takes a webhook in: this is the partner's work.
    ///
    /// - Returns: The receipt's number, once it is durable.
    /// - Throws: `CommitFailure`.
    func take(_ webhook: Webhook) async throws -> Int64 {
        let now = time.now.description
        return try await commits.enqueue(bytes: 512) { db in
            try db.cachedStatement(
                sql: """
                    INSERT INTO received
                      (event_id, order_number, event_type, received_at, body_sha256, first_time)
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
}
