import Clockwork
import Foundation
import GRDB
import JSON
import Queue

/// Queues and their messages in `broker.db`.
///
/// A message's key is its queue and its place in it, packed into one integer, so that a queue is a run of rows and a
/// send appends to it. Bodies lie in a table of their own under the same key: a receive rewrites a few numbers, never
/// an order.
enum QueueStore {
    static func addMigrations(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("queues and their messages") { try $0.execute(sql: schema) }
        migrator.registerMigration("move tasks, and what a moved message was called before") {
            try $0.execute(sql: movesSchema)
        }
        migrator.registerMigration("what people decided about dead letters") {
            try $0.execute(sql: decisionsSchema)
        }
    }

    /// 40 bits count the messages of a queue, 23 bits the queues.
    static let sequenceBits: Int64 = 40

    static func place(_ queue: QueueID, _ sequence: SequenceNumber) -> Int64 {
        queue.rawValue << sequenceBits | sequence.rawValue
    }

    /// The last place that a queue can have.
    static func lastPlace(_ queue: QueueID) -> Int64 {
        queue.rawValue << sequenceBits | (1 << sequenceBits - 1)
    }

    static func sequence(_ place: Int64) -> SequenceNumber {
        SequenceNumber(place & (1 << sequenceBits - 1))
    }

    private static let schema = """
        CREATE TABLE queues (
          queue_id      INTEGER PRIMARY KEY,
          region        TEXT    NOT NULL,
          account       TEXT    NOT NULL,
          name          TEXT    NOT NULL,
          attributes    TEXT    NOT NULL CHECK (json_valid(attributes)),
          deduplication_scope TEXT NOT NULL,             -- as at the creation
          created_at    INTEGER NOT NULL,                -- microseconds since 1970, as all times below
          modified_at   INTEGER NOT NULL,
          next_sequence INTEGER NOT NULL,                -- never falls, whatever is deleted
          untouched     INTEGER NOT NULL DEFAULT 0,      -- messages without visible_at
          purged_to     INTEGER NOT NULL DEFAULT 0,      -- messages up to this one are gone, rows or not
          UNIQUE (region, name)
        ) STRICT;
        CREATE TABLE queue_counters (                    -- queue ids are not used twice
          name TEXT PRIMARY KEY, value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO queue_counters VALUES ('last_queue_id', 0);
        CREATE TABLE removed_queues (                    -- deleted or purged; their rows are swept up by and by
          queue_id INTEGER PRIMARY KEY, up_to INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE queue_tags (
          queue_id INTEGER NOT NULL REFERENCES queues(queue_id) ON DELETE CASCADE,
          key TEXT NOT NULL, value TEXT NOT NULL,
          PRIMARY KEY (queue_id, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE messages (
          place             INTEGER PRIMARY KEY,         -- queue_id << 40 | sequence
          message_id        TEXT    NOT NULL,
          sender_id         TEXT    NOT NULL,
          sent_at           INTEGER NOT NULL,
          enqueued_at       INTEGER NOT NULL,            -- from when retention counts
          visible_at        INTEGER,                     -- NULL until received or delayed
          hidden_at         INTEGER,                     -- when visible_at was decided
          first_received_at INTEGER,
          receive_count     INTEGER NOT NULL DEFAULT 0 CHECK (receive_count >= 0),
          group_id          TEXT,
          deduplication_id  TEXT,
          source_arn        TEXT                         -- of the queue that dead-lettered it
        ) STRICT;
        CREATE INDEX messages_touched ON messages(place) WHERE visible_at IS NOT NULL;
        CREATE TABLE message_bodies (
          place        INTEGER PRIMARY KEY,
          body         TEXT NOT NULL,
          body_md5     TEXT NOT NULL,
          attributes   TEXT CHECK (attributes IS NULL OR json_valid(attributes)),
          trace_header TEXT
        ) STRICT;
        CREATE TABLE deduplications (                    -- outlives the message it was for
          place            INTEGER PRIMARY KEY,
          message_id       TEXT    NOT NULL,
          deduplication_id TEXT    NOT NULL,
          group_id         TEXT,
          until            INTEGER NOT NULL
        ) STRICT;

        CREATE VIEW queue_messages AS                    -- a window: every message and where it is
        SELECT q.name AS queue, m.message_id,
               coalesce(m.group_id, CASE WHEN json_valid(b.body) THEN json_extract(b.body, '$.order_number') END)
                 AS order_number,
               CASE WHEN EXISTS (SELECT 1 FROM queues s
                                  WHERE json_extract(json_extract(s.attributes, '$.RedrivePolicy'), '$.deadLetterTargetArn')
                                        LIKE '%:' || q.name) THEN 'dead'
                    WHEN m.visible_at IS NULL OR m.visible_at <= (julianday('now') - 2440587.5) * 86400000000 THEN 'waiting'
                    WHEN m.receive_count > 0 THEN 'in flight' ELSE 'delayed' END AS state,
               m.receive_count, m.sent_at, m.visible_at, m.first_received_at, m.group_id, m.source_arn,
               m.place & 1099511627775 AS sequence, b.body, b.attributes
        FROM queues q
        JOIN messages m ON m.place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775)
        JOIN message_bodies b USING (place);

        CREATE VIEW queue_overview AS                    -- a window: how full each queue is
        SELECT q.name AS queue, q.region, q.untouched + count(m.place)
                 - count(CASE WHEN m.visible_at > (julianday('now') - 2440587.5) * 86400000000 THEN 1 END) AS waiting,
               count(CASE WHEN m.visible_at > (julianday('now') - 2440587.5) * 86400000000 AND m.receive_count > 0 THEN 1 END) AS in_flight,
               count(CASE WHEN m.visible_at > (julianday('now') - 2440587.5) * 86400000000 AND m.receive_count = 0 THEN 1 END) AS delayed,
               (SELECT min(o.sent_at) FROM (SELECT sent_at FROM messages
                 WHERE place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775)
                 ORDER BY place LIMIT 1) o) AS oldest_sent_at,
               q.attributes
        FROM queues q
        LEFT JOIN messages m INDEXED BY messages_touched
          ON m.visible_at IS NOT NULL
         AND m.place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775)
        GROUP BY q.queue_id;
        """
}

// MARK: - Queues

extension QueueStore {
    /// A queue as it is written down.
    struct QueueRow {
        var name: QueueKey
        var account: String
        var createdAt: Timestamp
        var modifiedAt: Timestamp
        var state: QueueState
        /// Oldest first.
        var moveTasks: [MoveTask] = []
    }

    static func insert(_ row: QueueRow, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO queues (queue_id, region, account, name, attributes, deduplication_scope, created_at,
                                    modified_at, next_sequence)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                row.state.id.rawValue, row.name.region, row.account, row.name.name,
                text(of: row.state.attributes),
                row.state.deduplicationScope.rawValue, row.createdAt.microseconds,
                row.modifiedAt.microseconds,
                row.state.nextSequence.rawValue,
            ])
        try db.execute(
            sql: "UPDATE queue_counters SET value = ? WHERE name = 'last_queue_id'",
            arguments: [row.state.id.rawValue])
    }

    static func put(_ tags: [(key: String, value: String)], on queue: QueueID, in db: Database) throws {
        for (key, value) in tags {
            try db.execute(
                sql: """
                    INSERT INTO queue_tags (queue_id, key, value) VALUES (?, ?, ?)
                    ON CONFLICT (queue_id, key) DO UPDATE SET value = excluded.value
                    """, arguments: [queue.rawValue, key, value])
        }
    }

    static func removeTags(_ keys: [String], from queue: QueueID, in db: Database) throws {
        for key in keys {
            try db.execute(
                sql: "DELETE FROM queue_tags WHERE queue_id = ? AND key = ?",
                arguments: [queue.rawValue, key])
        }
    }

    /// The tags of all queues.
    static func loadTags(_ db: Database) throws -> [QueueID: [String: String]] {
        var tags: [QueueID: [String: String]] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT queue_id, key, value FROM queue_tags")
        while let row = try rows.next() { tags[QueueID(row[0]), default: [:]][row[1]] = row[2] }
        return tags
    }

    static func update(_ queue: QueueID, attributes: QueueAttributes, modifiedAt: Timestamp, in db: Database)
        throws
    {
        try db.execute(
            sql: "UPDATE queues SET attributes = ?, modified_at = ? WHERE queue_id = ?",
            arguments: [text(of: attributes), modifiedAt.microseconds, queue.rawValue])
    }

    /// Forgets a queue at once; its rows are swept up later.
    static func delete(_ queue: QueueID, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO removed_queues (queue_id, up_to) VALUES (?, ?)",
            arguments: [queue.rawValue, lastPlace(queue)])
        try db.execute(sql: "DELETE FROM queues WHERE queue_id = ?", arguments: [queue.rawValue])
    }

    static func lastQueueID(_ db: Database) throws -> Int64 {
        try Int64.fetchOne(db, sql: "SELECT value FROM queue_counters WHERE name = 'last_queue_id'") ?? 0
    }

    /// Removes some rows of deleted and purged queues. - Returns: False when there are none left.
    static func sweep(atMost limit: Int, in db: Database) throws -> Bool {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT queue_id, up_to FROM removed_queues ORDER BY queue_id LIMIT 1")
        else { return false }
        let queue: Int64 = row[0]
        let first = queue << sequenceBits
        let upTo: Int64 = row[1]
        var removed = 0
        for table in ["messages", "message_bodies", "deduplications"] {
            try db.execute(
                sql: """
                    DELETE FROM \(table) WHERE place IN
                      (SELECT place FROM \(table) WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?)
                    """, arguments: [first, upTo, limit])
            removed += db.changesCount
        }
        if removed == 0 {
            try db.execute(sql: "DELETE FROM removed_queues WHERE queue_id = ?", arguments: [queue])
        }
        return true
    }

    private static func text(of attributes: QueueAttributes) -> String {
        var object = JSONObject()
        for (name, value) in attributes.settings { object[name] = .string(value) }
        return JSONValue.object(object).text
    }

    static func loadAll(_ db: Database) throws -> [QueueRow] {
        try Row.fetchAll(db, sql: "SELECT * FROM queues ORDER BY queue_id").map { row in
            let id = QueueID(row["queue_id"])
            let purgedTo = SequenceNumber(row["purged_to"])
            let given = try JSONValue(parsing: row["attributes"] as String).object?.members ?? []
            let attributes = try QueueAttributes(creating: given.map { ($0.name, $0.value.string ?? "") })
            let scope = QueueAttributes.DeduplicationScope(rawValue: row["deduplication_scope"]) ?? .queue
            return QueueRow(
                name: QueueKey(region: row["region"], name: row["name"]), account: row["account"],
                createdAt: Timestamp(microseconds: row["created_at"]),
                modifiedAt: Timestamp(microseconds: row["modified_at"]),
                state: QueueState(
                    id: id, attributes: attributes, deduplicationScope: scope,
                    nextSequence: SequenceNumber(row["next_sequence"]), purgedUpTo: purgedTo,
                    untouchedCount: row["untouched"],
                    touched: try touched(of: id, after: purgedTo, in: db),
                    deduplication: try deduplication(of: id, after: purgedTo, in: db)),
                moveTasks: try moveTasks(of: id, in: db))
        }
    }

    private static func touched(of queue: QueueID, after: SequenceNumber, in db: Database) throws
        -> [TouchedMessage]
    {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(envelopeColumns), coalesce(hidden_at, visible_at)
                    FROM messages INDEXED BY messages_touched WHERE visible_at IS NOT NULL AND place BETWEEN ? AND ?
                    """), arguments: [place(queue, after.next), lastPlace(queue)])
        return try Array(
            rows.map { TouchedMessage(envelope($0), hiddenAt: Timestamp(microseconds: $0[6])) })
    }

    private static func deduplication(
        of queue: QueueID, after: SequenceNumber, in db: Database
    ) throws -> [(sequence: SequenceNumber, messageID: MessageID, deduplication: Deduplication)] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT * FROM deduplications WHERE place BETWEEN ? AND ? ORDER BY place"),
            arguments: [place(queue, after.next), lastPlace(queue)]
        ).compactMap { row in
            guard let id = MessageID(row["message_id"] as String) else { return nil }
            return (
                sequence(row["place"]), id,
                Deduplication(
                    id: row["deduplication_id"],
                    groupID: (row["group_id"] as String?).map(MessageGroupID.init),
                    until: Timestamp(microseconds: row["until"]))
            )
        }
    }

    /// The next untouched messages of a queue behind the ones it knows.
    static func page(_ wanted: WantedPage, of queue: QueueID, in db: Database) throws -> [Envelope] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(envelopeColumns) FROM messages
                    WHERE place BETWEEN ? AND ? AND visible_at IS NULL ORDER BY place LIMIT ?
                    """),
            arguments: [place(queue, wanted.after.next), lastPlace(queue), wanted.limit])
        return try Array(rows.map(envelope))
    }

    /// What a queue looks for behind its window, and the last of its messages that there is.
    static func look(
        _ outlook: Outlook, of queue: QueueID, in db: Database
    ) throws -> (rows: [Envelope], written: SequenceNumber) {
        let tenants = JSONValue.array(outlook.passingBy.map { .string($0.rawValue) }).text
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(envelopeColumns) FROM messages
                    WHERE place BETWEEN ? AND ? AND visible_at IS NULL
                      AND (group_id IS NULL OR group_id NOT IN (SELECT value FROM json_each(?)))
                    ORDER BY place LIMIT ?
                    """),
            arguments: [
                place(queue, outlook.after.next), place(queue, outlook.upTo), tenants, outlook.limit,
            ])
        let envelopes = try Array(rows.map(envelope))
        let last = try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT place FROM messages WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1"),
            arguments: [place(queue, .beforeAll), lastPlace(queue)])
        return (envelopes, last.map(sequence) ?? .beforeAll)
    }

    /// Counts a FIFO queue's messages behind a place that were enqueued after a moment.
    static func count(
        of queue: QueueID, behind: SequenceNumber, enqueuedAfter moment: Timestamp, in db: Database
    ) throws -> Int {
        try Int.fetchOne(
            db,
            sql:
                "SELECT count(*) FROM messages WHERE place BETWEEN ? AND ? AND visible_at IS NULL AND enqueued_at > ?",
            arguments: [place(queue, behind.next), lastPlace(queue), moment.microseconds]) ?? 0
    }

    /// What ``envelope(_:)`` reads, and so what a query of messages begins with.
    static let envelopeColumns = "place, enqueued_at, visible_at, first_received_at, receive_count, group_id"

    static func envelope(_ row: Row) -> Envelope {
        Envelope(
            sequence: sequence(row[0]), enqueuedAt: Timestamp(microseconds: row[1]),
            visibleAt: (row[2] as Int64?).map(Timestamp.init(microseconds:)),
            firstReceivedAt: (row[3] as Int64?).map(Timestamp.init(microseconds:)),
            receiveCount: row[4], groupID: (row[5] as String?).map(MessageGroupID.init))
    }
}
