import Clockwork
import GRDB
import Stream

/// What the owner of a stream has set, and what it is in the middle of.
extension StreamStore {
    static let settingsSchema = """
        ALTER TABLE streams ADD COLUMN status TEXT NOT NULL DEFAULT 'ACTIVE'
          CHECK (status IN ('CREATING','ACTIVE','UPDATING','DELETING'));
        ALTER TABLE streams ADD COLUMN status_ends_at INTEGER       -- microseconds since 1970; NULL: it stays
          CHECK ((status_ends_at IS NULL) = (status = 'ACTIVE'));
        ALTER TABLE streams ADD COLUMN resharding TEXT;             -- what becomes of its shards then: split 3 at 1701
        ALTER TABLE streams ADD COLUMN gone_before INTEGER NOT NULL DEFAULT 0;  -- expired under a shorter retention
        ALTER TABLE streams ADD COLUMN key_id TEXT;                 -- NULL: what is put is not encrypted
        ALTER TABLE streams ADD COLUMN shard_metrics TEXT NOT NULL DEFAULT '';  -- names with commas between them
        ALTER TABLE streams ADD COLUMN warm_mibps INTEGER CHECK (warm_mibps BETWEEN 0 AND 10240);
        ALTER TABLE streams ADD COLUMN distribution TEXT NOT NULL DEFAULT 'USER_PARTITION_KEY'
          CHECK (distribution IN ('AUTO','USER_PARTITION_KEY'));
        ALTER TABLE streams ADD COLUMN recent_calls TEXT NOT NULL DEFAULT '';   -- of those that are counted by the day
        CREATE TABLE forgotten_shards (            -- of deleted streams, until their records are cleared away
          shard_key INTEGER PRIMARY KEY
        ) STRICT;
        """

    static func save(
        _ settings: StreamSettings, _ transition: StreamTransition?, of key: Int64, in db: Database
    ) throws {
        try db.cachedStatement(
            sql: """
                UPDATE streams SET status = ?, status_ends_at = ?, resharding = ?, retention_hours = ?, gone_before = ?,
                  mode = ?, max_record_kib = ?, key_id = ?, shard_metrics = ?, warm_mibps = ?, distribution = ?,
                  recent_calls = ?
                WHERE stream_key = ?
                """
        ).execute(arguments: [
            (transition?.status ?? .active).rawValue, transition?.end.microseconds,
            transition?.resharding?.description, settings.retention.hours,
            settings.retention.goneBefore.microseconds, settings.mode.rawValue, settings.maxRecordKiB,
            settings.keyID, settings.metricNames.joined(separator: ","), settings.warmMiBps,
            settings.distribution.rawValue, settings.recentCalls.description, key,
        ])
    }

    static func settings(from row: GRDB.Row) throws -> StreamSettings {
        guard let mode = StreamMode(rawValue: row["mode"]),
            let distribution = RecordDistribution(rawValue: row["distribution"]),
            let recentCalls = RecentCalls(row["recent_calls"])
        else { throw unreadable("a stream's settings") }
        var settings = StreamSettings(mode: mode, maxRecordKiB: row["max_record_kib"])
        settings.retention = Retention(
            hours: row["retention_hours"], goneBefore: Timestamp(microseconds: row["gone_before"]))
        settings.keyID = row["key_id"]
        settings.metrics = ShardMetric.named(
            (row["shard_metrics"] as String).split(separator: ",").map(String.init))
        settings.warmMiBps = row["warm_mibps"]
        settings.distribution = distribution
        settings.recentCalls = recentCalls
        return settings
    }

    static func transition(from row: GRDB.Row) throws -> StreamTransition? {
        guard let end = row["status_ends_at"] as Int64? else { return nil }
        let resharding = row["resharding"] as String?
        let plan = resharding.flatMap(Resharding.init)
        guard let status = StreamStatus(rawValue: row["status"]), (resharding == nil) == (plan == nil) else {
            throw unreadable("what a stream is in the middle of")
        }
        return StreamTransition(status, until: Timestamp(microseconds: end), resharding: plan)
    }

    /// The row number of the next shard.
    static func nextShardKey(_ db: Database) throws -> Int64 {
        (try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'shards'") ?? 0) + 1
    }
}
