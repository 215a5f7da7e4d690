import Clockwork
import GRDB
import Queue

/// What people decided about dead letters, in `broker.db`: for whoever asks later where an order has gone, or why it says
/// something else. None of it is ever forgotten.
extension QueueStore {
    static let decisionsSchema = """
        CREATE TABLE edited_messages (                   -- letters that were corrected and sent back
          edit_number       INTEGER PRIMARY KEY,
          message_id        TEXT    NOT NULL UNIQUE,     -- of the corrected one
          former_message_id TEXT    NOT NULL UNIQUE,
          sent_as           TEXT    NOT NULL,            -- its id when it was sent, before any move
          queue             TEXT    NOT NULL,            -- the dead-letter queue
          group_id          TEXT,
          former_body       TEXT    NOT NULL,
          body              TEXT    NOT NULL,
          edited_by         TEXT    NOT NULL,            -- an access key
          edited_at         INTEGER NOT NULL             -- microseconds since 1970, as all times here
        ) STRICT;
        CREATE INDEX edited_messages_by_sender ON edited_messages(sent_as);
        CREATE TABLE discarded_messages (                -- letters that were removed for good
          discard_number INTEGER PRIMARY KEY,
          message_id     TEXT    NOT NULL UNIQUE,
          sent_as        TEXT    NOT NULL,               -- its id when it was sent, before any move
          queue          TEXT    NOT NULL,               -- the dead-letter queue
          source_arn     TEXT,                           -- of the queue that dead-lettered it
          group_id       TEXT,
          body_sha256    TEXT    NOT NULL,               -- of its bytes
          body_bytes     INTEGER NOT NULL,
          receive_count  INTEGER NOT NULL,
          sent_at        INTEGER NOT NULL,
          reason         TEXT    NOT NULL CHECK (reason <> ''),
          discarded_by   TEXT    NOT NULL,               -- an access key
          discarded_at   INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX discarded_messages_by_sender ON discarded_messages(sent_as);

        CREATE VIEW message_edits AS                     -- a window: letters that were corrected, before and after
        SELECT edit_number, former_message_id, message_id, sent_as, queue, group_id, former_body, body, edited_by, edited_at
        FROM edited_messages;
        CREATE VIEW message_discards AS                  -- a window: letters that were removed for good, and why
        SELECT discard_number, message_id, sent_as, queue, source_arn, group_id, body_sha256, body_bytes, receive_count,
               sent_at, reason, discarded_by, discarded_at
        FROM discarded_messages;
        """

    /// Who decided something, and when.
    struct Decision: Sendable {
        /// An access key's id.
        var by: String
        var at: Timestamp
    }

    /// Writes down that a letter was corrected, and lets its row say so. Its move to another queue comes next.
    static func edit(
        _ place: Int64, to body: SoundMessage, as id: MessageID, _ decision: Decision, in db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO edited_messages (message_id, former_message_id, sent_as, queue, group_id, former_body, body,
                                             edited_by, edited_at)
                SELECT ?, m.message_id, \(sentAs), q.name, m.group_id, b.body, ?, ?, ?
                FROM messages m JOIN message_bodies b USING (place) JOIN queues q ON q.queue_id = m.place >> \(sequenceBits)
                WHERE m.place = ?
                """,
            arguments: [id.description, body.body, decision.by, decision.at.microseconds, place])
        try db.execute(
            sql: "UPDATE message_bodies SET body = ?, body_md5 = ? WHERE place = ?",
            arguments: [body.body, body.bodyDigest, place])
    }

    /// Writes down that a letter is not wanted any more. Its rows go next.
    static func noteDiscard(
        of place: Int64, because reason: String, _ decision: Decision, in db: Database
    ) throws {
        let body =
            try String.fetchOne(
                db, sql: "SELECT body FROM message_bodies WHERE place = ?", arguments: [place]) ?? ""
        try db.execute(
            sql: """
                INSERT INTO discarded_messages (message_id, sent_as, queue, source_arn, group_id, body_sha256, body_bytes,
                                                receive_count, sent_at, reason, discarded_by, discarded_at)
                SELECT m.message_id, \(sentAs), q.name, m.source_arn, m.group_id, ?, ?, m.receive_count, m.sent_at, ?, ?, ?
                FROM messages m JOIN queues q ON q.queue_id = m.place >> \(sequenceBits) WHERE m.place = ?
                """,
            arguments: [
                MessageDigest.sha256(ofBody: body), body.utf8.count, reason, decision.by,
                decision.at.microseconds, place,
            ])
    }

    /// What message `m` was called when it was sent: back along all moves, for as far as they are remembered.
    private static let sentAs = """
        (WITH RECURSIVE chain(id, moves) AS (
           SELECT m.message_id, 0
           UNION ALL SELECT f.former_message_id, moves + 1
           FROM chain JOIN moved_messages f ON f.message_id = chain.id)
         SELECT id FROM chain ORDER BY moves DESC LIMIT 1)
        """

    /// A message as its sender would hand it in; nil when it is not there any more.
    static func draft(of letter: DeadLetter, in queue: QueueID, _ db: Database) throws -> MessageDraft? {
        let row = try Row.fetchOne(
            db, sql: "SELECT body, attributes FROM message_bodies WHERE place = ?",
            arguments: [place(queue, letter.envelope.sequence)])
        guard let row else { return nil }
        return MessageDraft(
            body: row[0], attributes: try (row[1] as String?).map(AttributesText.read) ?? [],
            groupID: letter.envelope.groupID?.rawValue, deduplicationID: letter.deduplicationID)
    }
}
