import Clockwork
import GRDB
import JSON
import Orders

/// What lies in dead-letter queues, and why, as far as the rows know a reason.
package enum DeadLetterWindow {
    package static let shown = [
        "message_id", "queue", "reason", "order_number", "receive_count", "sent_at", "origin", "redriven",
        "body_bytes",
    ]

    /// Why a message is a dead letter: the code of ``Reason`` for what is no order, else one of these.
    enum Fingerprint {
        /// Sound, and yet nobody came to an end with it.
        static let receivedTooOften = "received_too_often"
        /// No queue has put it aside: someone sent it here.
        static let sentStraight = "sent_straight"
    }

    /// Dead letters by queue, oldest first.
    ///
    /// - Parameters:
    ///   - queue: Only those of this dead-letter queue.
    ///   - reason: Only those with this fingerprint.
    ///   - text: Only those whose body contains it.
    ///   - after: Only those behind the message of this id; for the next page.
    package static func list(
        of ledgers: Ledgers, now: Timestamp, queue: String? = nil, reason: String? = nil,
        containing text: String? = nil, after: String? = nil, limit: Int = 50
    ) throws -> Listing {
        var listing = Listing(columns: columns)
        var isBehind = after == nil
        try forEach(of: ledgers, now: now, queue: queue) { letter in
            defer { if letter[idPlace].string == after { isBehind = true } }
            guard isBehind, reason == nil || letter[reasonPlace].string == reason,
                text == nil || letter[bodyPlace].string?.contains(text ?? "") == true
            else { return true }
            guard listing.rows.count < limit else {
                listing.next = listing.rows.last?[idPlace].string
                return false
            }
            listing.rows.append(letter)
            return true
        }
        return listing
    }

    /// A line for each queue, origin and reason, most letters first.
    package static func groups(of ledgers: Ledgers, now: Timestamp, queue: String? = nil) throws -> Listing {
        var groups: [[JSONValue]: (letters: Int64, oldest: JSONValue, example: JSONValue)] = [:]
        try forEach(of: ledgers, now: now, queue: queue) { letter in
            let key = [letter[0], letter[originPlace], letter[reasonPlace]]
            groups[key, default: (0, letter[sentPlace], letter[idPlace])].letters += 1
            return true
        }
        let rows = groups.map { key, group in
            key + [.integer(group.letters), group.oldest, group.example]
        }
        return Listing(
            columns: ["queue", "origin", "reason", "letters", "oldest_sent_at", "example_message_id"],
            rows: rows.sorted {
                (-($0[3].integer ?? 0), $0[2].shown, $0[1].shown)
                    < (-($1[3].integer ?? 0), $1[2].shown, $1[1].shown)
            })
    }

    /// Where a letter lies, and where it came from.
    package struct Place: Hashable, Sendable {
        package let id: String
        package let queue: String
        /// Nil where it was sent straight to the dead-letter queue.
        package let origin: String?
    }

    /// Where letters lie, oldest first in each queue.
    ///
    /// - Parameters:
    ///   - ids: Only these; those that are not there are left out.
    ///   - reason: Only those with this fingerprint.
    package static func places(
        of ledgers: Ledgers, now: Timestamp, queue: String? = nil, ids: Set<String>? = nil,
        reason: String? = nil
    ) throws -> [Place] {
        var places: [Place] = []
        try forEach(of: ledgers, now: now, queue: queue) { letter in
            guard let id = letter[idPlace].string, let queue = letter[0].string else { return true }
            if ids?.contains(id) ?? true, reason == nil || letter[reasonPlace].string == reason {
                places.append(Place(id: id, queue: queue, origin: letter[originPlace].string))
            }
            return true
        }
        return places
    }

    /// One dead letter with its body, and what it was called before each move; nil when there is none of this id.
    package static func show(_ id: String, of ledgers: Ledgers, now: Timestamp) throws -> JSONObject? {
        var found: JSONObject?
        try forEach(of: ledgers, now: now, queue: nil) { letter in
            guard letter[idPlace].string == id else { return true }
            found = Listing(columns: columns, rows: [letter]).objects.first?.object
            return false
        }
        guard found != nil else { return nil }
        found?["moves"] = .array(try moves(to: id, of: ledgers).objects)
        return found
    }

    /// The moves by which a message came to its present id, the first one first.
    private static func moves(to id: String, of ledgers: Ledgers) throws -> Listing {
        guard try ledgers.hasTable("message_edits", in: .broker) else { return Listing(columns: []) }
        return try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    WITH RECURSIVE chain(move_number, message_id, former_message_id) AS (
                      SELECT move_number, message_id, former_message_id FROM broker.message_moves WHERE message_id = ?
                      UNION ALL
                      SELECT m.move_number, m.message_id, m.former_message_id
                      FROM chain c JOIN broker.message_moves m ON m.message_id = c.former_message_id)
                    SELECT m.former_message_id, m.message_id, m.from_queue, m.to_queue, m.receive_count,
                           \(QueueWindow.time("m.moved_at")) AS moved_at, e.edited_by, e.former_body, m.task_id
                    FROM chain JOIN broker.message_moves m USING (move_number)
                    LEFT JOIN broker.message_edits e ON e.message_id = m.message_id
                    ORDER BY m.move_number
                    """, arguments: [id])
        }
    }

    // MARK: Reading

    private static let columns = [
        "queue", "message_id", "order_number", "receive_count", "sent_at", "first_received_at", "origin",
        "redriven", "body_bytes", "body", "reason",
    ]
    private static let (idPlace, sentPlace, originPlace, bodyPlace, reasonPlace) = (1, 4, 6, 9, 10)

    /// Reads letter by letter, for as long as `take` wants more.
    private static func forEach(
        of ledgers: Ledgers, now: Timestamp, queue: String?, _ take: ([JSONValue]) -> Bool
    ) throws {
        let queues = try deadLetterQueues(of: ledgers, now: now).filter { queue == nil || $0 == queue }
        let hasMoves = try ledgers.hasTable("message_moves", in: .broker)
        let sql = """
            SELECT queue, message_id, order_number, receive_count, \(QueueWindow.time("sent_at")) AS sent_at,
                   \(QueueWindow.time("first_received_at")) AS first_received_at,
                   replace(source_arn, rtrim(source_arn, replace(source_arn, ':', '')), '') AS origin,
                   \(hasMoves ? timesMoved : "0") AS redriven, length(CAST(body AS BLOB)) AS body_bytes, body
            FROM broker.queue_messages q WHERE queue = ? ORDER BY sequence
            """
        for queue in queues {
            let wantsMore = try ledgers.look { db in
                let letters = try Row.fetchCursor(db, sql: sql, arguments: [queue])
                while let letter = try letters.next() {
                    let values: [JSONValue] = letter.databaseValues.map { JSONValue($0) }
                    guard take(values + [.string(reason(of: values, now: now))]) else { return false }
                }
                return true
            }
            guard wantsMore else { return }
        }
    }

    /// Queues that another queue names as the target of its dead letters, by name.
    package static func deadLetterQueues(of ledgers: Ledgers, now: Timestamp) throws -> [String] {
        let queues = try QueueWindow.list(of: ledgers, now: now).objects
        let there = Set(queues.compactMap { $0["queue"]?.string })
        let targets = queues.compactMap { $0["dead_letters_to"]?.string?.split(separator: ":").last }
        return Set(targets.map(String.init)).intersection(there).sorted()
    }

    private static func reason(of letter: [JSONValue], now: Timestamp) -> String {
        let isForOrders = [Pipeline.deadOrderQueue, Pipeline.standardDeadOrderQueue].contains(
            letter[0].string)
        if isForOrders,
            case .unreadable(let reason) = OrderDocument(letter[bodyPlace].string ?? "").judged(now: now)
        {
            return reason.code.rawValue
        }
        return letter[originPlace] == .null ? Fingerprint.sentStraight : Fingerprint.receivedTooOften
    }

    /// How often the message of row `q` was moved before it died again.
    private static let timesMoved = """
        (WITH RECURSIVE chain(id, moves) AS (
           SELECT q.message_id, 0
           UNION ALL SELECT m.former_message_id, moves + 1
           FROM chain JOIN broker.message_moves m ON m.message_id = chain.id)
         SELECT max(moves) FROM chain)
        """
}
