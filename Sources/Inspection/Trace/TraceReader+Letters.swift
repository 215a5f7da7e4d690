import Clockwork
import JSON

/// What became of an order's messages once they were dead letters.
///
/// They are known by the ids under which the shop knows them, and by those that they got later.
extension TraceReader {
    func letters() throws -> [Hop] {
        try moves().compactMap(hop(ofMove:)) + discards().compactMap(hop(ofDiscard:))
    }

    private func moves() throws -> [JSONObject] {
        let isEdited = try ledgers.hasTable("message_edits", in: .broker)
        return try rows(
            """
            WITH RECURSIVE chain(message_id) AS (
              SELECT message_id FROM shop.submissions WHERE order_number = ? AND message_id IS NOT NULL
              UNION SELECT m.message_id FROM chain c JOIN broker.message_moves m ON m.former_message_id = c.message_id)
            SELECT \(QueueWindow.time("m.moved_at")) AS moved_at, m.message_id, m.to_queue,
                   \(isEdited ? "e.edited_by" : "NULL") AS edited_by
            FROM chain c JOIN broker.message_moves m ON m.former_message_id = c.message_id
            \(isEdited ? "LEFT JOIN broker.message_edits e ON e.message_id = m.message_id" : "")
            ORDER BY m.move_number
            """, of: .broker, needs: ["message_moves"], besides: (.shop, "submissions"))
    }

    private func hop(ofMove move: JSONObject) -> Hop? {
        let deed = move["edited_by"]?.string.map { "corrected by \($0) and sent back" } ?? "sent back"
        return move.time("moved_at").map {
            Hop(
                $0, "broker",
                "\(deed) to \(move.text("to_queue")) as message \(Self.short(message: move.text("message_id")))",
                rank: .broker)
        }
    }

    func discards() throws -> [JSONObject] {
        try rows(
            """
            SELECT \(QueueWindow.time("discarded_at")) AS discarded_at, message_id, queue, reason, discarded_by
            FROM broker.message_discards
            WHERE sent_as IN (SELECT message_id FROM shop.submissions WHERE order_number = ?) ORDER BY discard_number
            """, of: .broker, needs: ["message_discards"], besides: (.shop, "submissions"))
    }

    private func hop(ofDiscard discard: JSONObject) -> Hop? {
        discard.time("discarded_at").map {
            Hop(
                $0, "broker",
                "discarded from \(discard.text("queue")) by \(discard.text("discarded_by")): \(discard.text("reason"))",
                rank: .broker)
        }
    }
}
