import Clockwork
import Disk
import GRDB
import Logging
import Orders
import Wire

/// How far each shard has been handled: `function.db`.
struct FunctionLedger: Sendable {
    private let disk: Disk
    private let stream: String
    private let holder: String
    private let time: any TimeSource

    /// - Parameter holder: The name of this life of the host.
    init(of stream: String, in storage: Storage, holder: String, time: any TimeSource) throws {
        disk = try storage.open("function.db", schema: FunctionSchema.migrator)
        self.stream = stream
        self.holder = holder
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

    /// Shards that were read to their end.
    func finishedShards() throws -> Set<String> {
        try disk.read { db in
            try String.fetchSet(
                db, sql: "SELECT shard_id FROM finished_shards WHERE stream = ?", arguments: [stream])
        }
    }

    /// Shards of which reading began, and that were not read to their end.
    func unfinishedShards() throws -> [String] {
        try disk.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT shard_id FROM leases WHERE stream = :stream
                    AND shard_id NOT IN (SELECT shard_id FROM finished_shards WHERE stream = :stream)
                    ORDER BY shard_id
                    """,
                arguments: ["stream": stream])
        }
    }

    /// Takes a shard from whoever read it before.
    ///
    /// - Returns: The lease, and the last record that was handled, where there is one.
    func take(_ shardID: String) throws -> (lease: Lease, checkpoint: String?) {
        try disk.write { db in
            try db.execute(
                sql: """
                    INSERT INTO leases (stream, shard_id, holder, epoch, taken_at) VALUES (?, ?, ?, 1, ?)
                    ON CONFLICT (stream, shard_id) DO UPDATE
                    SET holder = excluded.holder, epoch = epoch + 1, taken_at = excluded.taken_at
                    """,
                arguments: [stream, shardID, holder, time.now.description])
            let epoch = try Int.fetchOne(
                db, sql: "SELECT epoch FROM leases WHERE stream = ? AND shard_id = ?",
                arguments: [stream, shardID])
            let checkpoint = try String.fetchOne(
                db, sql: "SELECT sequence_number FROM checkpoints WHERE stream = ? AND shard_id = ?",
                arguments: [stream, shardID])
            return (Lease(shardID: shardID, epoch: epoch ?? 1), checkpoint)
        }
    }

    /// Moves the checkpoint behind a batch that was handled, and logs the invocation.
    ///
    /// - Throws: ``LeaseLost``; `DiskError`, and then the batch is handed over again.
    func complete(
        _ batch: RecordBatch, under lease: Lease, skipped: [SkippedRecord], invocation: Invocation
    ) throws {
        try disk.write { db in
            try moveCheckpoint(behind: batch, under: lease, in: db)
            for record in skipped {
                try db.cachedStatement(
                    sql: """
                        INSERT OR IGNORE INTO skipped_records
                          (stream, shard_id, sequence_number, reason, skipped_at)
                        VALUES (?, ?, ?, ?, ?)
                        """
                ).execute(arguments: [
                    stream, lease.shardID, record.sequenceNumber, record.reason, time.now.description,
                ])
            }
            try log(invocation, of: batch, error: nil, in: db)
        }
    }

    /// Moves the checkpoint and nothing else: what a ``PlantedBug`` does too early, or without reason.
    func moveCheckpoint(behind batch: RecordBatch, under lease: Lease) throws {
        try disk.write { try moveCheckpoint(behind: batch, under: lease, in: $0) }
    }

    /// Logs an invocation that failed. The checkpoint stays.
    func noteFailure(of batch: RecordBatch, invocation: Invocation, error: String) throws {
        try disk.write { try log(invocation, of: batch, error: error, in: $0) }
    }

    /// Notes that a closed shard was read to its end.
    func finish(under lease: Lease) throws {
        try disk.write { db in
            try hold(lease, in: db)
            try db.execute(
                sql: "INSERT OR IGNORE INTO finished_shards (stream, shard_id, finished_at) VALUES (?, ?, ?)",
                arguments: [stream, lease.shardID, time.now.description])
        }
    }

    /// Notes that records may have expired unread.
    ///
    /// - Returns: False when it stood in the ledger already.
    func note(_ gap: StreamGap, under lease: Lease) throws -> Bool {
        try disk.write { db in
            try hold(lease, in: db)
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO gaps
                      (stream, shard_id, after_sequence_number, before_sequence_number, noticed_at)
                    VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [gap.stream, gap.shardID, gap.after, gap.before, time.now.description])
            return db.changesCount == 1
        }
    }

    /// Gaps that the OMS does not know of yet, in the order in which they were noticed.
    func untoldGaps() throws -> [StreamGap] {
        try disk.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT shard_id, after_sequence_number, before_sequence_number FROM gaps
                    WHERE stream = ? AND told_at IS NULL ORDER BY noticed_at, shard_id
                    """, arguments: [stream]
            ).map { StreamGap(stream: stream, shardID: $0[0], after: $0[1], before: $0[2]) }
        }
    }

    /// Notes that a gap lies in the OMS's queue.
    func noteTold(_ gap: StreamGap) throws {
        try disk.write { db in
            try db.execute(
                sql: """
                    UPDATE gaps SET told_at = ?
                    WHERE stream = ? AND shard_id = ? AND after_sequence_number = ?
                    """,
                arguments: [time.now.description, gap.stream, gap.shardID, gap.after])
        }
    }

    private func moveCheckpoint(behind batch: RecordBatch, under lease: Lease, in db: Database) throws {
        guard let last = batch.records.last else { return }
        try hold(lease, in: db)
        try db.cachedStatement(
            sql: """
                INSERT INTO checkpoints (stream, shard_id, sequence_number, updated_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (stream, shard_id) DO UPDATE
                SET sequence_number = excluded.sequence_number, updated_at = excluded.updated_at
                """
        ).execute(arguments: [stream, lease.shardID, last.sequenceNumber, time.now.description])
    }

    private func hold(_ lease: Lease, in db: Database) throws {
        let epoch = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT epoch FROM leases WHERE stream = ? AND shard_id = ?"),
            arguments: [stream, lease.shardID])
        guard epoch == lease.epoch else { throw LeaseLost(shardID: lease.shardID) }
    }

    private func log(_ invocation: Invocation, of batch: RecordBatch, error: String?, in db: Database) throws
    {
        try db.cachedStatement(
            sql: """
                INSERT INTO invocations
                  (stream, shard_id, first_sequence_number, last_sequence_number, records, attempt,
                   started_at, duration_ms, iterator_age_ms, outcome, error)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            stream, batch.shardID, batch.records.first?.sequenceNumber, batch.records.last?.sequenceNumber,
            batch.records.count, invocation.attempt, invocation.startedAt.description,
            invocation.duration.milliseconds, invocation.iteratorAge.milliseconds,
            error == nil ? "handled" : "failed", error,
        ])
    }
}

/// The right to move a shard's checkpoint, until someone else takes it.
struct Lease: Hashable, Sendable {
    let shardID: String
    /// Grows with each taking.
    let epoch: Int
}

/// Someone else reads the shard now: whoever meets this stops.
struct LeaseLost: Error, Hashable, CustomStringConvertible {
    let shardID: String

    var description: String { "Shard \(shardID) is read by another host now." }
}

/// One call of the handler.
struct Invocation: Hashable, Sendable {
    /// From 1, counted for each batch.
    var attempt: Int
    var startedAt: Timestamp
    var duration: Duration
    /// How long the batch's last record had been in the stream when the handler was called.
    var iteratorAge: Duration
}
