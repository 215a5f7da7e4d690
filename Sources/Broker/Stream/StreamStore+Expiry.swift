import Clockwork
import GRDB
import Stream

/// How records leave the table: in bites, so that no transaction is long. Later records take the room.
extension StreamStore {
    /// The most records in a bite.
    private static let mostRecords = 500
    /// About the most bytes in a bite: a large record lies on many pages, and where SQLite is built to delete securely, as
    /// Debian's is, each of them is written once more, with zeros. 2 MiB made writers wait for up to 170 ms.
    private static let mostBytes = 256 << 10

    /// What one transaction removed.
    struct Bite: Sendable {
        var records: Int
        /// True when nothing was left that has expired.
        var isLast: Bool
    }

    /// Whether a shard's oldest record has expired.
    static func hasExpired(shardKey: Int64, arrivedBefore horizon: Timestamp, in db: Database) throws -> Bool
    {
        let places = places(of: shardKey)
        let oldest = try Int64.fetchOne(
            db.cachedStatement(
                sql: "SELECT arrived_at FROM records WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1"),
            arguments: [places.lowerBound, places.upperBound])
        return oldest.map { $0 < horizon.microseconds } ?? false
    }

    /// Removes some of a shard's oldest expired records.
    static func trim(shardKey: Int64, arrivedBefore horizon: Timestamp, in db: Database) throws -> Bite {
        let places = places(of: shardKey)
        let (bite, newest) = try bite(of: places, arrivedBefore: horizon, in: db)
        guard let newest else { return bite }
        // The counter goes on from `trimmed_to`, so that no number is told twice.
        try db.execute(
            sql: "UPDATE shards SET trimmed_to = ? WHERE shard_key = ?",
            arguments: [newest - places.lowerBound, shardKey])
        try remove(places.lowerBound...newest, in: db)
        return bite
    }

    /// Forgets a stream and its shards. Its records stay for ``clear(forgottenShard:in:)``.
    static func delete(_ key: Int64, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO deleted_streams (region, name, last_creation)
                SELECT region, name, max(creation_second) FROM streams JOIN shards USING (stream_key)
                WHERE stream_key = ? GROUP BY stream_key
                """,
            arguments: [key])
        try db.execute(
            sql: "INSERT INTO forgotten_shards SELECT shard_key FROM shards WHERE stream_key = ?",
            arguments: [key])
        try db.execute(sql: "DELETE FROM streams WHERE stream_key = ?", arguments: [key])
    }

    /// Shards of deleted streams that may still have records.
    static func forgottenShards(_ db: Database) throws -> [Int64] {
        try Int64.fetchAll(db, sql: "SELECT shard_key FROM forgotten_shards ORDER BY shard_key")
    }

    /// Removes some records of a deleted stream. - Returns: True when none are left.
    static func clear(forgottenShard shardKey: Int64, in db: Database) throws -> Bool {
        let places = places(of: shardKey)
        let (bite, newest) = try bite(of: places, arrivedBefore: nil, in: db)
        if let newest { try remove(places.lowerBound...newest, in: db) }
        if bite.isLast {
            try db.execute(sql: "DELETE FROM forgotten_shards WHERE shard_key = ?", arguments: [shardKey])
        }
        return bite.isLast
    }

    /// How much of a shard is taken at once, and up to which place.
    private static func bite(
        of places: ClosedRange<Int64>, arrivedBefore horizon: Timestamp?, in db: Database
    ) throws -> (Bite, newest: Int64?) {
        let rows = try GRDB.Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT place, arrived_at, length(data) FROM records
                    WHERE place BETWEEN ? AND ? ORDER BY place
                    """),
            arguments: [places.lowerBound, places.upperBound])
        var bite = Bite(records: 0, isLast: true)
        var (bytes, newest): (Int, Int64?) = (0, nil)
        while let row = try rows.next() {
            if let horizon, row[1] as Int64 >= horizon.microseconds { break }
            guard bite.records < mostRecords, bytes < mostBytes else {
                bite.isLast = false
                break
            }
            bite.records += 1
            bytes += row[2]
            newest = row[0]
        }
        return (bite, newest)
    }

    private static func remove(_ places: ClosedRange<Int64>, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM records WHERE place BETWEEN ? AND ?")
            .execute(arguments: [places.lowerBound, places.upperBound])
    }
}
