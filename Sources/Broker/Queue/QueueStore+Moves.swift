import Clockwork
import GRDB
import JSON
import Queue

/// Move tasks, and what they moved, in `broker.db`.
extension QueueStore {
    static let movesSchema = """
        CREATE TABLE move_tasks (
          task_id         TEXT    PRIMARY KEY,
          queue_id        INTEGER NOT NULL REFERENCES queues(queue_id) ON DELETE CASCADE,
          destination_arn TEXT,                          -- NULL: each message goes back where it came from
          most_per_second INTEGER CHECK (most_per_second BETWEEN 1 AND 500),
          started_at      INTEGER NOT NULL,              -- microseconds since 1970, as all times here
          up_to           INTEGER NOT NULL,              -- the last sequence that it concerns
          to_move         INTEGER NOT NULL,
          moved           INTEGER NOT NULL DEFAULT 0,
          status          TEXT    NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'CANCELLING', 'CANCELLED', 'FAILED')),
          failure_reason  TEXT
        ) STRICT;
        CREATE INDEX move_tasks_by_queue ON move_tasks(queue_id, started_at);
        CREATE TABLE moved_messages (                    -- what a message was called before it was moved
          move_number       INTEGER PRIMARY KEY,
          message_id        TEXT    NOT NULL UNIQUE,
          former_message_id TEXT    NOT NULL,
          task_id           TEXT    NOT NULL,
          from_queue        TEXT    NOT NULL,
          to_queue          TEXT    NOT NULL,
          group_id          TEXT,
          former_sent_at    INTEGER NOT NULL,
          receive_count     INTEGER NOT NULL,            -- receives under its former name
          moved_at          INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX moved_messages_by_former ON moved_messages(former_message_id);

        CREATE VIEW message_moves AS                     -- a window: which message became which
        SELECT move_number, former_message_id, message_id, from_queue, to_queue, group_id, receive_count,
               former_sent_at, moved_at, task_id
        FROM moved_messages;
        """

    /// How many tasks of one queue are kept. Source: Amazon SQS API Reference, `ListMessageMoveTasks`.
    static let mostTasks = 10

    /// Writes down that a task has begun, and lets the oldest go where there are too many.
    static func begin(_ task: MoveTask, of queue: QueueID, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO move_tasks (task_id, queue_id, destination_arn, most_per_second, started_at, up_to, to_move, status)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                task.id.description, queue.rawValue, task.destination?.description, task.mostPerSecond,
                task.startedAt.microseconds, task.upTo.rawValue, task.toMove, task.status.rawValue,
            ])
        try db.execute(
            sql: """
                DELETE FROM move_tasks WHERE queue_id = ?1 AND rowid NOT IN
                  (SELECT rowid FROM move_tasks WHERE queue_id = ?1 ORDER BY rowid DESC LIMIT ?2)
                """, arguments: [queue.rawValue, mostTasks])
    }

    /// Writes down how a task stands.
    static func update(_ task: MoveTask, in db: Database) throws {
        try db.cachedStatement(
            sql: "UPDATE move_tasks SET moved = ?, status = ?, failure_reason = ? WHERE task_id = ?"
        )
        .execute(arguments: [
            task.moved, task.status.rawValue, task.failureReason, task.id.description,
        ])
    }

    /// The tasks of a queue, oldest first.
    static func moveTasks(of queue: QueueID, in db: Database) throws -> [MoveTask] {
        try Row.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM move_tasks WHERE queue_id = ? ORDER BY rowid"),
            arguments: [queue.rawValue]
        ).compactMap { row in
            guard let id = UniqueID(row["task_id"] as String),
                let status = MoveTask.Status(rawValue: row["status"])
            else { return nil }
            return MoveTask(
                id: id, destination: (row["destination_arn"] as String?).flatMap(QueueARN.init(_:)),
                mostPerSecond: row["most_per_second"],
                startedAt: Timestamp(microseconds: row["started_at"]),
                upTo: SequenceNumber(row["up_to"]), toMove: row["to_move"], moved: row["moved"],
                status: status, failureReason: row["failure_reason"])
        }
    }

    /// A message that a task may move.
    struct DeadLetter: Sendable {
        var messageID: String
        var envelope: Envelope
        var deduplicationID: String?
        /// The queue that dead-lettered it; nil where it was sent straight here.
        var origin: QueueARN?
        var bytes: Int

        fileprivate init(_ row: Row) {
            messageID = row["message_id"]
            envelope = QueueStore.envelope(row)
            deduplicationID = row["deduplication_id"]
            origin = (row["source_arn"] as String?).flatMap(QueueARN.init(_:))
            bytes = row["bytes"]
        }

        fileprivate static let columns = """
            \(envelopeColumns), message_id, deduplication_id, source_arn, length(CAST(body AS BLOB)) AS bytes
            """
    }

    /// The next messages of a queue behind a place, oldest first; fewer than `limit` where they are large.
    static func deadLetters(
        of queue: QueueID, behind: SequenceNumber, upTo: SequenceNumber, limit: Int, in db: Database
    ) throws -> [DeadLetter] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(DeadLetter.columns)
                    FROM messages m JOIN message_bodies b USING (place)
                    WHERE place BETWEEN 1 + max(?1, (SELECT queue_id << \(sequenceBits) | purged_to FROM queues WHERE queue_id = ?2))
                                    AND ?3
                    ORDER BY place LIMIT ?4
                    """),
            arguments: [place(queue, behind), queue.rawValue, place(queue, upTo), limit])
        var letters: [DeadLetter] = []
        var bytes = 0
        while bytes < mostBytesTogether, let row = try rows.next() {
            letters.append(DeadLetter(row))
            bytes += letters.last?.bytes ?? 0
        }
        return letters
    }

    /// Messages of a queue by their ids, oldest first; those that are not there are left out.
    static func deadLetters(of queue: QueueID, named ids: [String], in db: Database) throws -> [DeadLetter] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(DeadLetter.columns)
                    FROM messages m JOIN message_bodies b USING (place)
                    WHERE place BETWEEN 1 + (SELECT queue_id << \(sequenceBits) | purged_to FROM queues WHERE queue_id = ?1) AND ?2
                      AND m.message_id IN (SELECT value FROM json_each(?3))
                    ORDER BY place
                    """),
            arguments: [
                queue.rawValue, lastPlace(queue), JSONValue.array(ids.map(JSONValue.string)).text,
            ]
        ).map(DeadLetter.init)
    }

    /// Which of some messages of a queue are there and untouched.
    static func untouched(
        among sequences: [SequenceNumber], of queue: QueueID, in db: Database
    ) throws -> Set<SequenceNumber> {
        let places = JSONValue.array(sequences.map { .integer(place(queue, $0)) }).text
        let found = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT place FROM messages
                    WHERE place IN (SELECT value FROM json_each(?)) AND visible_at IS NULL
                    """), arguments: [places])
        return Set(found.map(sequence))
    }

    /// What one commit of a move carries, a single message more or less.
    private static let mostBytesTogether = 1 << 20

    /// Moves a message's rows to another queue, under another name, and keeps the tie between both names.
    static func takeIn(
        _ envelope: Envelope, _ id: MessageID, _ deduplication: Deduplication?, from former: Int64,
        of task: UniqueID, to writing: QueueWriting, _ db: Database
    ) throws {
        let place = place(writing.queue, envelope.sequence)
        let name = id.description
        try db.cachedStatement(
            sql: """
                INSERT INTO moved_messages (message_id, former_message_id, task_id, from_queue, to_queue, group_id,
                                            former_sent_at, receive_count, moved_at)
                SELECT ?, m.message_id, ?, q.name, ?, m.group_id, m.sent_at, m.receive_count, ?
                FROM messages m JOIN queues q ON q.queue_id = m.place >> \(sequenceBits) WHERE m.place = ?
                """
        ).execute(arguments: [
            name, task.description, writing.arn.name, envelope.enqueuedAt.microseconds, former,
        ])
        try db.cachedStatement(
            sql: """
                UPDATE messages SET place = ?, message_id = ?, sent_at = ?, enqueued_at = ?, visible_at = ?, hidden_at = ?,
                  first_received_at = NULL, receive_count = 0, source_arn = NULL
                WHERE place = ?
                """
        ).execute(arguments: [
            place, name, envelope.enqueuedAt.microseconds, envelope.enqueuedAt.microseconds,
            envelope.visibleAt?.microseconds,
            envelope.visibleAt == nil ? nil : envelope.enqueuedAt.microseconds, former,
        ])
        try db.cachedStatement(sql: "UPDATE message_bodies SET place = ? WHERE place = ?")
            .execute(arguments: [place, former])
        if let deduplication { try remember(deduplication, of: name, at: place, db) }
    }

    /// Forgets some ties that are older than any message can be.
    ///
    /// - Returns: Whether there may be more of them.
    static func forgetMoves(before moment: Timestamp, atMost limit: Int, in db: Database) throws -> Bool {
        try db.execute(
            sql: """
                DELETE FROM moved_messages WHERE moved_at < ? AND move_number IN
                  (SELECT move_number FROM moved_messages ORDER BY move_number LIMIT ?)
                """, arguments: [moment.microseconds, limit])
        return db.changesCount == limit
    }
}
