import Clockwork
import Disk
import Foundation
import GRDB
import Stream

/// Streams, their shards and their records in `broker.db`.
///
/// A record's key is its shard's row number and its place in the shard, packed into one integer: records are appended
/// at the end of their shard's run and read along it.
struct StreamStore: Sendable {
    /// A stream as it is written down.
    struct Row {
        var key: Int64
        var region: String
        var stream: DataStream
        var settings: StreamSettings
        var transition: StreamTransition?
        /// Row numbers of the shards, by shard number.
        var shardKeys: [Int64]
    }

    /// A record on its way to the table.
    struct NewRecord: Sendable {
        var shardKey: Int64
        var counter: UInt64
        var arrival: Timestamp
        var partitionKey: String
        var data: [UInt8]
        var isEncrypted: Bool
    }

    static func addMigrations(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("streams, their shards and their records") { db in
            try db.execute(sql: schema)
        }
        migrator.registerMigration("how large a stream's records may be") { db in
            try db.execute(
                sql: """
                    ALTER TABLE streams ADD COLUMN max_record_kib INTEGER NOT NULL DEFAULT 1024
                      CHECK (max_record_kib BETWEEN 1024 AND 10240)
                    """)
        }
        migrator.registerMigration("what namesakes must know of deleted streams") { db in
            try db.execute(
                sql: """
                    CREATE TABLE deleted_streams (
                      region        TEXT    NOT NULL,
                      name          TEXT    NOT NULL,
                      last_creation INTEGER NOT NULL,            -- creation_second of its newest shard
                      PRIMARY KEY (region, name)
                    ) STRICT, WITHOUT ROWID
                    """)
        }
        migrator.registerMigration("what a stream is in the middle of, and what its owner has set") { db in
            try db.execute(sql: settingsSchema)
        }
        migrator.registerMigration("tags and policies by what they belong to") { db in
            try db.execute(sql: resourcesSchema)
        }
        migrator.registerMigration("which records are encrypted") { db in
            try db.execute(
                sql: """
                    ALTER TABLE records ADD COLUMN is_encrypted INTEGER NOT NULL DEFAULT 0
                      CHECK (is_encrypted IN (0, 1))
                    """)
        }
        addConsumerMigrations(to: &migrator)
    }

    /// 40 bits count the records of a shard, 23 bits the shards.
    private static let counterBits: Int64 = 40

    /// Where a shard's records lie: the place of a record less the first is its counter.
    static func places(of shardKey: Int64) -> ClosedRange<Int64> {
        shardKey << counterBits...(shardKey << counterBits | (1 << counterBits - 1))
    }

    private static let schema = """
        CREATE TABLE streams (
          stream_key      INTEGER PRIMARY KEY AUTOINCREMENT,
          region          TEXT    NOT NULL,
          name            TEXT    NOT NULL,
          account         TEXT    NOT NULL,
          created_at      INTEGER NOT NULL,              -- microseconds since 1970
          retention_hours INTEGER NOT NULL CHECK (retention_hours BETWEEN 24 AND 8760),
          mode            TEXT    NOT NULL CHECK (mode IN ('PROVISIONED','ON_DEMAND')),
          UNIQUE (region, name)
        ) STRICT;
        CREATE TABLE stream_tags (
          stream_key INTEGER NOT NULL REFERENCES streams(stream_key) ON DELETE CASCADE,
          key TEXT NOT NULL, value TEXT NOT NULL,
          PRIMARY KEY (stream_key, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE shards (
          shard_key       INTEGER PRIMARY KEY AUTOINCREMENT,
          stream_key      INTEGER NOT NULL REFERENCES streams(stream_key) ON DELETE CASCADE,
          shard_number    INTEGER NOT NULL,
          first_hash_key  TEXT    NOT NULL,              -- decimal, 128 bits
          last_hash_key   TEXT    NOT NULL,
          parent          INTEGER,
          adjacent_parent INTEGER,
          creation_second INTEGER NOT NULL,              -- stands in its sequence numbers
          closed_second   INTEGER,
          trimmed_to      INTEGER NOT NULL DEFAULT 0,    -- records up to this one have expired
          UNIQUE (stream_key, shard_number)
        ) STRICT;
        CREATE TABLE records (
          place         INTEGER PRIMARY KEY,             -- shard_key << 40 | counter
          arrived_at    INTEGER NOT NULL,                -- microseconds since 1970
          partition_key TEXT    NOT NULL,
          data          BLOB    NOT NULL
        ) STRICT;

        CREATE VIEW stream_records AS                    -- a window: what is in each stream
        SELECT st.name AS stream, printf('shardId-%012d', sh.shard_number) AS shard_id,
               r.place & 1099511627775 AS counter, sh.creation_second, sh.shard_number, r.partition_key,
               strftime('%Y-%m-%dT%H:%M:%S', r.arrived_at / 1000000, 'unixepoch')
                 || printf('.%03dZ', r.arrived_at / 1000 % 1000) AS arrived_at,
               r.arrived_at / 1000000 AS arrival_second, CAST(r.data AS TEXT) AS data
        FROM shards sh JOIN streams st USING (stream_key)
        JOIN records r ON r.place BETWEEN sh.shard_key << 40 AND (sh.shard_key << 40 | 1099511627775);

        CREATE VIEW stream_overview AS                   -- a window: how full each shard is
        SELECT st.name AS stream, printf('shardId-%012d', sh.shard_number) AS shard_id,
               (SELECT count(*) FROM records r
                 WHERE r.place BETWEEN sh.shard_key << 40 AND (sh.shard_key << 40 | 1099511627775)) AS records,
               sh.closed_second IS NULL AS is_open, st.retention_hours
        FROM shards sh JOIN streams st USING (stream_key);
        """

    // MARK: Writing, on the commit's thread

    /// - Returns: The stream's row number.
    static func insert(
        _ open: OpenStream, region: String, in db: Database
    ) throws -> Int64 {
        let stream = open.stream
        try db.execute(
            sql: """
                INSERT INTO streams (region, name, account, created_at, retention_hours, mode)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                region, stream.name, stream.account, stream.createdAt.microseconds,
                open.settings.retention.hours, open.settings.mode.rawValue,
            ])
        let key = db.lastInsertedRowID
        try save(open.settings, open.transition, of: key, in: db)
        try write(stream.shards.map(StreamChange.opened), shardKeys: open.shardKeys, of: key, in: db)
        return key
    }

    /// Writes down what has become of shards.
    ///
    /// - Parameter shardKeys: Row numbers, by shard number.
    static func write(
        _ changes: [StreamChange], shardKeys: [Int64], of key: Int64, in db: Database
    ) throws {
        for change in changes {
            switch change {
            case .appended: break  // written down with its data
            case .closed(let shard):
                try db.execute(
                    sql: "UPDATE shards SET closed_second = ? WHERE shard_key = ?",
                    arguments: [shard.closed, shardKeys[shard.number]])
            case .opened(let shard):
                try db.execute(
                    sql: """
                        INSERT INTO shards (shard_key, stream_key, shard_number, first_hash_key, last_hash_key, parent,
                                            adjacent_parent, creation_second)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        shardKeys[shard.number], key, shard.number, shard.hashKeys.lowerBound.description,
                        shard.hashKeys.upperBound.description, shard.parent, shard.adjacentParent,
                        shard.creation,
                    ])
            }
        }
    }

    static func append(_ records: [NewRecord], in db: Database) throws {
        let rows = try RowWriter(
            "INSERT INTO records (place, arrived_at, partition_key, data, is_encrypted) VALUES (?, ?, ?, ?, ?)",
            in: db)
        for record in records {
            rows.bind(places(of: record.shardKey).lowerBound | Int64(record.counter), at: 1)
            rows.bind(record.arrival.microseconds, at: 2)
            rows.bind(record.partitionKey, at: 3)
            rows.bind(record.data, at: 4)
            rows.bind(record.isEncrypted ? 1 : 0, at: 5)
            try rows.write()
        }
    }

    // MARK: Reading

    static func loadAll(_ db: Database) throws -> [Row] {
        try GRDB.Row.fetchAll(db, sql: "SELECT * FROM streams ORDER BY stream_key").map { row in
            let key: Int64 = row["stream_key"]
            let shardRows = try GRDB.Row.fetchAll(
                db, sql: "SELECT * FROM shards WHERE stream_key = ? ORDER BY shard_number", arguments: [key])
            let shards = try shardRows.map { try shard(from: $0, in: db) }
            return Row(
                key: key, region: row["region"],
                stream: DataStream(
                    name: row["name"], account: row["account"],
                    createdAt: Timestamp(microseconds: row["created_at"]), shards: shards),
                settings: try settings(from: row), transition: try transition(from: row),
                shardKeys: shardRows.map { $0["shard_key"] })
        }
    }

    /// The ``DataStream/lastCreation`` of streams that were deleted.
    static func lastCreations(_ db: Database) throws -> [StreamName: Int64] {
        var lastCreations: [StreamName: Int64] = [:]
        for row in try GRDB.Row.fetchAll(db, sql: "SELECT * FROM deleted_streams") {
            let name = StreamName(region: row["region"], name: row["name"])
            lastCreations[name] = row["last_creation"] as Int64
        }
        return lastCreations
    }

    private static func shard(from row: GRDB.Row, in db: Database) throws -> Shard {
        let places = places(of: row["shard_key"])
        let newest = try GRDB.Row.fetchOne(
            db,
            sql:
                "SELECT place, arrived_at FROM records WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1",
            arguments: [places.lowerBound, places.upperBound])
        let trimmedTo: Int64 = row["trimmed_to"]
        let counter = newest.map { $0["place"] - places.lowerBound } ?? trimmedTo
        guard let first = UInt128(row["first_hash_key"] as String),
            let last = UInt128(row["last_hash_key"] as String),
            first <= last
        else { throw unreadable("a shard's hash keys") }
        return Shard(
            number: row["shard_number"], hashKeys: HashKey(first)...HashKey(last), parent: row["parent"],
            adjacentParent: row["adjacent_parent"], creation: row["creation_second"],
            closed: row["closed_second"],
            lastCounter: UInt64(counter),
            lastArrival: newest.map { Timestamp(microseconds: $0["arrived_at"]) })
    }

    static func unreadable(_ what: String) -> DatabaseError {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: "\(what) cannot be read")
    }

    /// A record as it lies in the table.
    struct StoredRecord: Sendable {
        var counter: UInt64
        var arrival: Timestamp
        var partitionKey: String
        var data: [UInt8]
        var isEncrypted: Bool
    }

    /// Reads on from a place: at most so many records, at most so many bytes, but one in any case.
    static func read(
        shardKey: Int64, from place: ReadingPlace, notBefore horizon: Timestamp, limit: Int, bytes: Int,
        in db: Database
    ) throws -> [StoredRecord] {
        let places = places(of: shardKey)
        var from = places.lowerBound | Int64(min(place.counter, UInt64(places.count - 1)))
        // Behind a place from before the horizon much may have expired and not been trimmed yet: it is leapt over.
        if place.arrivalSecond < horizon.seconds,
            let first = try arrival(in: from...places.upperBound, db), first.arrival < horizon
        {
            guard let alive = try Self.place(shardKey: shardKey, arrivedFrom: horizon, in: db) else {
                return []
            }
            from = places.lowerBound | Int64(alive.counter)
        }
        let cursor = try GRDB.Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT place, arrived_at, partition_key, data, is_encrypted FROM records
                    WHERE place BETWEEN ? AND ? ORDER BY place
                    """),
            arguments: [from, places.upperBound])
        var records: [StoredRecord] = []
        var size = 0
        while records.count < limit, let row = try cursor.next() {
            let arrival = Timestamp(microseconds: row[1])
            let counter = UInt64((row[0] as Int64) - places.lowerBound)
            guard arrival >= horizon, place.precedes(counter: counter, arrival: arrival) else { continue }
            // By its bytes: a key may have a NUL in it, at which a text would end.
            let partitionKey = try row.withUnsafeData(atIndex: 2) {
                String(decoding: $0 ?? Data(), as: UTF8.self)
            }
            let data = try row.withUnsafeData(atIndex: 3) { $0.map { [UInt8]($0) } ?? [] }
            size += data.count + partitionKey.utf8.count
            if size > bytes, !records.isEmpty { break }
            records.append(
                StoredRecord(
                    counter: counter, arrival: arrival, partitionKey: partitionKey, data: data,
                    isEncrypted: row[4]))
        }
        return records
    }

    /// The place of the first record of a shard that arrived at or after a moment, found by halving.
    static func place(shardKey: Int64, arrivedFrom moment: Timestamp, in db: Database) throws -> ReadingPlace?
    {
        let (first, last) = (places(of: shardKey).lowerBound, places(of: shardKey).upperBound)
        var low = first
        guard
            var high = try Int64.fetchOne(
                db, sql: "SELECT max(place) FROM records WHERE place BETWEEN ? AND ?",
                arguments: [first, last])
        else { return nil }
        while low < high {
            let middle = low + (high - low) / 2
            guard let found = try arrival(in: middle...last, db) else { break }
            if found.arrival >= moment { high = middle } else { low = found.place + 1 }
        }
        guard let found = try arrival(in: low...last, db), found.arrival >= moment else { return nil }
        return ReadingPlace(counter: UInt64(found.place - first), arrivalSecond: 0, isInclusive: true)
    }

    /// The first record among so many places, and when it arrived.
    private static func arrival(
        in places: ClosedRange<Int64>, _ db: Database
    ) throws -> (place: Int64, arrival: Timestamp)? {
        let row = try GRDB.Row.fetchOne(
            db.cachedStatement(
                sql:
                    "SELECT place, arrived_at FROM records WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1"
            ),
            arguments: [places.lowerBound, places.upperBound])
        return row.map { ($0[0], Timestamp(microseconds: $0[1])) }
    }
}
