import Clockwork
import GRDB
import JSON

extension Audit {
    /// What the latest audit of these ledgers says about one order.
    package struct Explanation: Hashable, Sendable {
        /// Nil when the shop never sent it and nobody stored it.
        package var verdict: Verdict?
        /// A sentence; empty when no row tells.
        package var lastPlace: String

        package func json(with trace: OrderTrace) -> JSONValue {
            var object = trace.json.object ?? JSONObject()
            object["verdict"] = JSONValue(verdict?.rawValue)
            object["last_known_place"] = .string(lastPlace)
            return .object(object)
        }
    }

    /// Explains an order, after ``report(on:_:)`` on the same ledgers.
    package static func explanation(of order: String, in ledgers: Ledgers) throws -> Explanation {
        try ledgers.look { db in
            Explanation(
                verdict: try String.fetchOne(
                    db, sql: "SELECT verdict FROM temp.audit_verdicts WHERE order_number = ?",
                    arguments: [order]
                ).flatMap(Verdict.init),
                lastPlace: try LastKnownPlace.sentence(about: order, in: db))
        }
    }
}

/// Where an order was seen last, told from rows.
enum LastKnownPlace {
    /// A sentence such as "acknowledged 2026-11-22T22:15:31.104Z as message 5f0c…; in no queue; never
    /// committed".
    ///
    /// Empty when the rows do not tell: an acceptance nobody signed, an acknowledgement without a message.
    static func sentence(about order: String, in db: Database) throws -> String {
        guard
            let verdict = try String.fetchOne(
                db, sql: "SELECT verdict FROM audit_verdicts WHERE order_number = ?", arguments: [order]
            ).flatMap(Verdict.init)
        else { return "" }
        let told = try shop(order, db), queued = try queue(order, db), entered = try books(order, db)
        let parts: [String?]
        switch verdict {
        case .lost: parts = told.map { [$0, "in no queue", "never committed"] } ?? []
        case .unseen: parts = told.map { [$0, "not in the books; the queue is another's"] } ?? []
        case .heldInQueue: parts = queued.map { [told, $0] } ?? []
        case .discarded: parts = [told, try discard(order, db)]
        case .edited: parts = [told, try edit(order, db), entered]
        case .unexpected, .altered:
            parts = entered.map { [told ?? "never sent by the shop", queued, $0] } ?? []
        case .ok, .recovered, .rejected, .unknown, .refused: parts = [told, queued, entered]
        }
        return parts.compactMap(\.self).joined(separator: "; ")
    }

    /// What the shop was told last, and about which message.
    private static func shop(_ order: String, _ db: Database) throws -> String? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT outcome, coalesce(answered_at, sent_at), message_id, attempt, error FROM audit_submissions
                WHERE order_number = ? AND deliberate IS NULL
                ORDER BY outcome <> 'acknowledged', submission_id DESC LIMIT 1
                """, arguments: [order])
        guard let row, let moment = row[1] as String? else { return nil }
        switch row[0] as String {
        case "acknowledged": return (row[2] as String?).map { "acknowledged \(moment) as message \($0)" }
        case "refused":
            return "refused \(moment) at attempt \(row[3] as Int): \(row[4] as String? ?? "no reason given")"
        default: return "sent \(moment), attempt \(row[3] as Int), and never answered"
        }
    }

    private static func queue(_ order: String, _ db: Database) throws -> String? {
        let rows = try Row.fetchAll(
            db,
            sql:
                "SELECT state, queue, receive_count, message_id FROM audit_messages WHERE order_number = ? ORDER BY sent_at",
            arguments: [order])
        let parts = rows.map { row in
            let times = row[2] as Int
            let received =
                times == 0 ? "never received" : "received \(times) \(times == 1 ? "time" : "times")"
            let name = rows.count == 1 ? "" : "message \(row[3] as String) "
            return "\(name)\(row[0] as String) in \(row[1] as String), \(received)"
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// Who removed its message for good, and why.
    private static func discard(_ order: String, _ db: Database) throws -> String? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT d.discarded_at, d.queue, d.discarded_by, d.reason
                FROM audit_submissions s JOIN audit_discards d ON d.sent_as = s.message_id
                WHERE s.order_number = ? AND s.deliberate IS NOT 'early_cancel' ORDER BY d.discarded_at DESC
                """, arguments: [order])
        return row.map {
            "discarded \(Timestamp(microseconds: $0[0])) from \($0[1] as String) by \($0[2] as String): \($0[3] as String)"
        }
    }

    /// Who corrected the message that it was decided from.
    private static func edit(_ order: String, _ db: Database) throws -> String? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT e.edited_at, e.edited_by, e.message_id
                FROM audit_orders o JOIN audit_inbox i USING (idempotency_key)
                JOIN audit_edited e ON e.message_id = i.first_message_id
                WHERE o.order_number = ?
                """, arguments: [order])
        return row.map {
            "edited \(Timestamp(microseconds: $0[0])) by \($0[1] as String) as message \($0[2] as String)"
        }
    }

    /// What the OMS entered, and who.
    private static func books(_ order: String, _ db: Database) throws -> String? {
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT type, actor, occurred_at FROM audit_events WHERE order_number = ? ORDER BY event_seq DESC LIMIT 1
                """, arguments: [order])
        if let row { return "\(row[0] as String) by \(row[1] as String) \(row[2] as String)" }
        let rejection = try Row.fetchOne(
            db,
            sql:
                "SELECT rejection_id, code, rejected_at FROM audit_rejections WHERE order_number = ? ORDER BY 1 DESC",
            arguments: [order])
        return rejection.map {
            "rejected \($0[2] as String) with \($0[1] as String? ?? "no code"), rejection \($0[0] as Int)"
        }
    }
}
