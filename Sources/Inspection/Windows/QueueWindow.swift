import Clockwork
import GRDB
import JSON
import Orders

/// Looks into queues without receiving: nothing is hidden from anybody, no receive is counted.
///
/// Whether a message is visible depends on the clock, so the clock comes in as an argument.
package enum QueueWindow {
    /// A line for each queue. `noisy_groups` are those that a standard queue serves after all others.
    package static func list(of ledgers: Ledgers, now: Timestamp) throws -> Listing {
        try ledgers.require(.broker)
        return try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    SELECT q.name AS queue,
                           q.untouched + coalesce(t.visible, 0) AS waiting, coalesce(t.in_flight, 0) AS in_flight,
                           coalesce(t.delayed, 0) AS delayed, \(oldestSQL) AS oldest_sent_at,
                           (:now - \(oldestMicroseconds)) / 1000 AS oldest_age_ms,
                           json_extract(json_extract(q.attributes, '$.RedrivePolicy'), '$.deadLetterTargetArn') AS dead_letters_to,
                           CAST(json_extract(json_extract(q.attributes, '$.RedrivePolicy'), '$.maxReceiveCount') AS INTEGER)
                             AS max_receive_count,
                           coalesce(n.noisy_groups, 0) AS noisy_groups, q.region
                    FROM broker.queues q LEFT JOIN (\(touchedSQL)) t USING (queue_id)
                    LEFT JOIN (\(noisySQL)) n USING (queue_id) ORDER BY q.name, q.region
                    """, arguments: ["now": now.microseconds])
        }
    }

    /// What a program asks a queue for again and again, a line for each queue.
    ///
    /// `dead` counts what lies in the queue's own dead-letter queue, whichever queue it came from; `total` is what lies
    /// in the queue itself.
    package static func statistics(of ledgers: Ledgers, now: Timestamp) throws -> Listing {
        let queues = try list(of: ledgers, now: now).objects
        func count(_ queue: JSONValue, _ columns: String...) -> Int64 {
            columns.reduce(0) { $0 + (queue[$1]?.integer ?? 0) }
        }
        func total(_ queue: JSONValue) -> Int64 { count(queue, "waiting", "in_flight", "delayed") }
        let rows = queues.map { queue -> [JSONValue] in
            let target = queue["dead_letters_to"]?.string?.split(separator: ":").last.map(String.init)
            let graves = queues.filter {
                $0["queue"]?.string == target && $0["region"]?.string == queue["region"]?.string
            }
            return [
                queue["queue"] ?? .null, .integer(count(queue, "waiting")),
                .integer(count(queue, "in_flight")),
                .integer(count(queue, "delayed")), .integer(graves.reduce(0) { $0 + total($1) }),
                queue["oldest_age_ms"] ?? .null, .integer(total(queue)), queue["region"] ?? .null,
            ]
        }
        return Listing(columns: statisticsColumns, rows: rows)
    }

    /// The same of a queue service that is not ours, as far as it tells.
    package static func statistics(told: Elsewhere.Told, region: String) -> Listing {
        let graves = [
            Pipeline.orderQueue: Pipeline.deadOrderQueue,
            Pipeline.standardOrderQueue: Pipeline.standardDeadOrderQueue,
            Pipeline.gapQueue: Pipeline.deadEventQueue,
        ]
        let rows = told.queues.sorted { $0.key < $1.key }.map { name, counts -> [JSONValue] in
            let dead = graves[name].flatMap { told.queues[$0]?.total } ?? 0
            return [
                .string(name), JSONValue(counts.waiting), JSONValue(counts.inFlight),
                JSONValue(counts.delayed), JSONValue(dead), .null, JSONValue(counts.total), .string(region),
            ]
        }
        return Listing(columns: statisticsColumns, rows: rows)
    }

    private static let statisticsColumns = [
        "queue", "waiting", "in_flight", "delayed", "dead", "oldest_age_ms", "total", "region",
    ]

    /// Messages of a queue, in its order.
    ///
    /// - Parameters:
    ///   - states: Of `waiting`, `delayed`, `in flight`, `dead`; nil for all.
    ///   - text: Only messages whose body contains it.
    ///   - after: Only what stands behind this sequence; for the next page.
    /// - Returns: Nil when there is no such queue.
    package static func peek(
        _ queue: String, of ledgers: Ledgers, now: Timestamp, states: [String]? = nil,
        containing text: String? = nil,
        after: Int64? = nil, limit: Int = 20
    ) throws -> Listing? {
        try ledgers.require(.broker)
        return try ledgers.look { db in
            guard
                try Bool.fetchOne(
                    db, sql: "SELECT count(*) FROM broker.queues WHERE name = ?", arguments: [queue]) == true
            else { return nil }
            var listing = try Listing.fetch(
                db,
                sql: """
                    SELECT * FROM (
                      SELECT sequence, message_id, order_number,
                             CASE WHEN state = 'dead' THEN 'dead' WHEN visible_at IS NULL OR visible_at <= :now THEN 'waiting'
                                  WHEN receive_count > 0 THEN 'in flight' ELSE 'delayed' END AS state,
                             receive_count, \(time("sent_at")) AS sent_at, \(time("visible_at")) AS visible_at,
                             \(time("first_received_at")) AS first_received_at, group_id, source_arn,
                             length(CAST(body AS BLOB)) AS body_bytes, attributes, body
                      FROM broker.queue_messages
                      WHERE queue = :queue AND (:after IS NULL OR sequence > :after)
                        AND (:text IS NULL OR instr(body, :text)))
                    WHERE :states IS NULL OR state IN (SELECT value FROM json_each(:states))
                    ORDER BY sequence LIMIT :limit
                    """,
                arguments: [
                    "now": now.microseconds, "queue": queue, "after": after, "text": text, "limit": limit + 1,
                    "states": states.map { JSONValue.array($0.map(JSONValue.string)).text },
                ])
            if listing.rows.count > limit {
                listing.rows.removeLast(listing.rows.count - limit)
                listing.next = listing.rows.last?[0].shown
            }
            return listing
        }
    }

    package static let shown = [
        "sequence", "message_id", "order_number", "state", "receive_count", "sent_at", "body_bytes", "body",
    ]

    /// For each queue the messages that have a time of their own: received or delayed ones. The rest are
    /// counted by the queue, so this costs the same however many wait.
    static let touchedSQL = """
        SELECT q.queue_id, count(CASE WHEN m.visible_at <= :now THEN 1 END) AS visible,
               count(CASE WHEN m.visible_at > :now AND m.receive_count > 0 THEN 1 END) AS in_flight,
               count(CASE WHEN m.visible_at > :now AND m.receive_count = 0 THEN 1 END) AS delayed
        FROM broker.queues q
        JOIN broker.messages m ON m.visible_at IS NOT NULL
         AND m.place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775)
        GROUP BY q.queue_id
        """

    /// For each standard queue the groups that hold more than a tenth of its messages in flight, and at least thirty:
    /// those that the broker serves after all others.
    private static let noisySQL = """
        SELECT queue_id, count(*) AS noisy_groups FROM
          (SELECT q.queue_id, m.group_id, count(*) AS own, sum(count(*)) OVER (PARTITION BY q.queue_id) AS in_flight
           FROM broker.queues q
           JOIN broker.messages m ON m.visible_at IS NOT NULL AND m.visible_at > :now AND m.receive_count > 0
            AND m.place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775)
           WHERE q.name NOT LIKE '%.fifo'
           GROUP BY q.queue_id, m.group_id)
        WHERE group_id IS NOT NULL AND own >= 30 AND own * 10 > in_flight
        GROUP BY queue_id
        """

    /// When the first message of queue `q` was sent.
    static let oldestMicroseconds = """
        (SELECT m.sent_at FROM broker.messages m
          WHERE m.place BETWEEN (q.queue_id << 40 | q.purged_to) + 1 AND (q.queue_id << 40 | 1099511627775)
          ORDER BY m.place LIMIT 1)
        """

    private static let oldestSQL = time(oldestMicroseconds)

    /// Microseconds since 1970 as RFC 3339 in UTC.
    static func time(_ column: String) -> String {
        """
        CASE WHEN \(column) IS NOT NULL THEN strftime('%Y-%m-%dT%H:%M:%S', \(column) / 1000000, 'unixepoch')
          || printf('.%03dZ', \(column) / 1000 % 1000) END
        """
    }
}
