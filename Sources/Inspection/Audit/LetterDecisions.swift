import GRDB

/// What people decided about dead letters, as SQL over the testimonies.
///
/// A decision is known by the id under which the shop's message was taken, not by an order's number: an order that was
/// lost is not excused because something else of its number was discarded.
enum LetterDecisions {
    /// Fills `audit_names` and `audit_edited` from the testimonies.
    static func trace(in db: Database) throws {
        try db.execute(
            sql: """
                DROP TABLE IF EXISTS temp.audit_names;
                DROP TABLE IF EXISTS temp.audit_edited;
                CREATE TEMP TABLE audit_names AS \(names);
                CREATE TEMP TABLE audit_edited AS \(edited);
                CREATE INDEX temp.audit_names_by_sender ON audit_names (sent_as);
                CREATE INDEX temp.audit_edited_by_message_id ON audit_edited (message_id);
                CREATE INDEX temp.audit_edited_by_sender ON audit_edited (sent_as);
                """)
    }

    /// For each name that a message ever got by a move, what it was called when it was sent.
    static let names = """
        WITH RECURSIVE chain(message_id, sent_as) AS (
          SELECT message_id, former_message_id FROM audit_moves
          WHERE former_message_id NOT IN (SELECT message_id FROM audit_moves)
          UNION ALL SELECT m.message_id, c.sent_as FROM chain c JOIN audit_moves m ON m.former_message_id = c.message_id)
        SELECT message_id, sent_as FROM chain
        """

    /// For each name of a message that says what someone has corrected: the correction.
    static let edited = """
        WITH RECURSIVE chain(message_id, edit) AS (
          SELECT message_id, message_id FROM audit_edits
          UNION ALL SELECT m.message_id, c.edit FROM chain c JOIN audit_moves m ON m.former_message_id = c.message_id
          WHERE m.message_id NOT IN (SELECT message_id FROM audit_edits))
        SELECT c.message_id, e.sent_as, e.content_sha256, e.edited_by, e.edited_at
        FROM chain c JOIN audit_edits e ON e.message_id = c.edit
        """

    /// Whether the message that the shop was told yes for in submission `s` was discarded.
    static let isDiscarded = "EXISTS (SELECT 1 FROM audit_discards d WHERE d.sent_as = s.message_id)"

    /// Whether the message that the shop was told yes for in submission `s` was corrected, and the OMS has decided about
    /// what it became.
    static let isDecidedAsEdited = """
        EXISTS (SELECT 1 FROM audit_edited e JOIN audit_inbox i ON i.first_message_id = e.message_id
                 WHERE e.sent_as = s.message_id)
        """

    /// Whether the message that the shop was told yes for in submission `s` is in a queue, under whichever name.
    static let isQueued = """
        (EXISTS (SELECT 1 FROM audit_messages m WHERE m.message_id = s.message_id)
         OR EXISTS (SELECT 1 FROM audit_names n JOIN audit_messages m USING (message_id) WHERE n.sent_as = s.message_id))
        """

    /// Whether order `o` was decided from a message that someone has corrected.
    static let isOfEdit = "EXISTS (\(edits(of: "o.idempotency_key")))"

    /// Whether order `o` says what the correction says from which it was decided.
    static let saysItsEdit = """
        EXISTS (\(edits(of: "o.idempotency_key")) AND e.content_sha256 = o.document_sha256)
        """

    /// Whether a message says what someone has corrected it to.
    static func saysEdit(message id: String, content: String) -> String {
        "EXISTS (SELECT 1 FROM audit_edited e WHERE e.message_id = \(id) AND e.content_sha256 = \(content))"
    }

    private static func edits(of key: String) -> String {
        """
        SELECT 1 FROM audit_inbox i JOIN audit_edited e ON e.message_id = i.first_message_id
        WHERE i.idempotency_key = \(key)
        """
    }
}
