import Clockwork
import GRDB
import JSON

/// Looks into streams: what is in them, and how far the function has come.
package enum StreamWindow {
    /// A line for each shard.
    package static func list(of ledgers: Ledgers) throws -> Listing {
        try ledgers.require(.broker)
        let checkpoints =
            try ledgers.hasTable("checkpoints", in: .function)
            ? "SELECT stream, shard_id, sequence_counter(sequence_number) AS counter, updated_at FROM function.checkpoints"
            : "SELECT NULL AS stream, NULL AS shard_id, NULL AS counter, NULL AS updated_at"
        return try ledgers.look { db in
            try Listing.fetch(
                db,
                sql: """
                    WITH done AS (\(checkpoints)),
                         last AS (\(lastRecordSQL))
                    SELECT last.stream, last.shard_id, max(last.counter - last.trimmed_to, 0) AS records,
                           last.counter AS last_counter, coalesce(done.counter, 0) AS handled_to,
                           last.counter - coalesce(done.counter, 0) AS behind, done.updated_at AS checkpoint_at,
                           last.is_open, last.retention_hours
                    FROM last LEFT JOIN done USING (stream, shard_id) ORDER BY 1, 2
                    """)
        }
    }

    /// The number of the last record of each shard, found at the end of its run of rows.
    static let lastRecordSQL = """
        SELECT st.name AS stream, printf('shardId-%012d', sh.shard_number) AS shard_id, sh.trimmed_to,
               coalesce((SELECT max(place) & 1099511627775 FROM broker.records r
                          WHERE r.place BETWEEN sh.shard_key << 40 AND (sh.shard_key << 40 | 1099511627775)), sh.trimmed_to)
                 AS counter,
               sh.closed_second IS NULL AS is_open, st.retention_hours
        FROM broker.shards sh JOIN broker.streams st USING (stream_key)
        """

    /// Where reading a stream begins.
    package enum Start: Hashable, Sendable {
        case oldest
        /// The last so many of all.
        case last(Int)
        case moment(Timestamp)
        /// Behind this record of its shard.
        case after(sequenceNumber: String)
    }

    package static let shown = [
        "shard_id", "counter", "arrived_at", "event_id", "type", "order_number", "bytes",
    ]

    /// Records of a stream in the order of their arrival.
    ///
    /// - Parameter places: How far each shard has been read, by ``advance(_:over:)``; overrides `start` for
    ///   those it has.
    /// - Returns: Nil when there is no such stream. ``Listing/next`` is the arrival of the last record, where
    ///   there are more.
    package static func records(
        _ stream: String, of ledgers: Ledgers, from start: Start, order: String? = nil,
        beyond places: [String: Int64] = [:],
        limit: Int = 100
    ) throws -> Listing? {
        try ledgers.require(.broker)
        return try ledgers.look { db in
            let shards = try Row.fetchAll(
                db, sql: "SELECT shard_id, counter FROM (\(lastRecordSQL)) WHERE stream = ?",
                arguments: [stream])
            guard !shards.isEmpty else { return nil }
            var from: [String: Int64] = [:]
            for shard in shards { from[shard[0]] = begin(start, shard: shard[0], last: shard[1]) }
            from.merge(places) { _, known in known }
            // The last of all are among the last of each.
            let most =
                if case .last(let count) = start, places.isEmpty { count * shards.count } else { limit }
            var listing = try Listing.fetch(
                db, sql: recordsSQL, arguments: arguments(stream, from, start, order, most))
            if case .last(let count) = start, places.isEmpty {
                listing.rows.removeFirst(max(0, listing.rows.count - min(count, limit)))
            } else if listing.rows.count > limit {
                listing.rows.removeLast(listing.rows.count - limit)
                listing.next = listing.rows.last?[4].shown
            }
            return listing
        }
    }

    /// Notes how far each shard has been read.
    package static func advance(_ places: inout [String: Int64], over listing: Listing) {
        guard let shard = listing.columns.firstIndex(of: "shard_id"),
            let counter = listing.columns.firstIndex(of: "counter")
        else { return }
        for row in listing.rows { places[row[shard].shown] = row[counter].integer }
    }

    private static func begin(_ start: Start, shard: String, last: Int64) -> Int64 {
        switch start {
        case .oldest, .moment: 0
        case .last(let count): max(0, last - Int64(count))
        case .after(let sequenceNumber):
            SequenceNumberText.shard(of: sequenceNumber).map(shardID) == shard
                ? SequenceNumberText.counter(of: sequenceNumber) ?? last : last
        }
    }

    private static func shardID(_ number: Int64) -> String {
        let digits = String(number)
        return "shardId-" + String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
    }

    private static let recordsSQL = """
        SELECT r.shard_id, r.counter,
               sequence_number(r.creation_second, r.counter, r.arrival_second, r.shard_number) AS sequence_number,
               r.partition_key, r.arrived_at,
               CASE WHEN json_valid(r.data) THEN json_extract(r.data, '$.id') END AS event_id,
               CASE WHEN json_valid(r.data) THEN json_extract(r.data, '$.type') END AS type,
               CASE WHEN json_valid(r.data) THEN json_extract(r.data, '$.subject') END AS order_number,
               length(CAST(r.data AS BLOB)) AS bytes, r.data
        FROM json_each(:from) f JOIN broker.stream_records r ON r.shard_id = f.key AND r.counter > f.value
        WHERE r.stream = :stream AND (:since IS NULL OR r.arrived_at >= :since)
          AND (:order IS NULL OR r.partition_key = :order)
        ORDER BY r.arrived_at, r.shard_id, r.counter LIMIT :limit
        """

    private static func arguments(
        _ stream: String, _ from: [String: Int64], _ start: Start, _ order: String?, _ limit: Int
    ) -> StatementArguments {
        var places = JSONObject()
        for (shard, counter) in from.sorted(by: { $0.key < $1.key }) { places[shard] = .integer(counter) }
        var since: String?
        if case .moment(let moment) = start { since = moment.description }
        return [
            "from": JSONValue.object(places).text, "stream": stream, "since": since, "order": order,
            "limit": limit + 1,
        ]
    }
}
