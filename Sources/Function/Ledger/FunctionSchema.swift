import GRDB

/// The tables of `function.db`, and the windows through which others look at them.
enum FunctionSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("checkpoints, leases and invocations") { db in
            try db.execute(sql: tables)
            try db.execute(sql: windows)
        }
        migrator.registerMigration("what expired unread") { db in
            try db.execute(sql: gaps)
        }
        migrator.registerMigration("what was said of it") { db in
            try db.execute(sql: toldGaps)
        }
        return migrator
    }

    private static let tables = """
        CREATE TABLE checkpoints (       -- everything up to here was handled, or stands in skipped_records
          stream TEXT NOT NULL, shard_id TEXT NOT NULL, sequence_number TEXT NOT NULL,
          updated_at TEXT NOT NULL,
          PRIMARY KEY (stream, shard_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE finished_shards (   -- closed, and read to the end
          stream TEXT NOT NULL, shard_id TEXT NOT NULL, finished_at TEXT NOT NULL,
          PRIMARY KEY (stream, shard_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE leases (            -- who reads a shard; checkpoints move under the newest epoch only
          stream TEXT NOT NULL, shard_id TEXT NOT NULL, holder TEXT NOT NULL,
          epoch INTEGER NOT NULL CHECK (epoch >= 1), taken_at TEXT NOT NULL,
          PRIMARY KEY (stream, shard_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE invocations (       -- append only
          invocation_id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, shard_id TEXT NOT NULL,
          first_sequence_number TEXT NOT NULL, last_sequence_number TEXT NOT NULL,
          records INTEGER NOT NULL CHECK (records >= 1), attempt INTEGER NOT NULL CHECK (attempt >= 1),
          started_at TEXT NOT NULL, duration_ms INTEGER NOT NULL, iterator_age_ms INTEGER NOT NULL,
          outcome TEXT NOT NULL CHECK (outcome IN ('handled','failed')), error TEXT,
          CHECK ((outcome = 'failed') = (error IS NOT NULL))
        ) STRICT;
        CREATE INDEX invocations_shard ON invocations(stream, shard_id, invocation_id);

        CREATE TABLE skipped_records (
          stream TEXT NOT NULL, shard_id TEXT NOT NULL, sequence_number TEXT NOT NULL, reason TEXT NOT NULL,
          skipped_at TEXT NOT NULL,
          PRIMARY KEY (stream, shard_id, sequence_number)
        ) STRICT, WITHOUT ROWID;
        """

    private static let gaps = """
        CREATE TABLE gaps (              -- records in between may have expired before they were read
          stream TEXT NOT NULL, shard_id TEXT NOT NULL, after_sequence_number TEXT NOT NULL,
          before_sequence_number TEXT,   -- NULL: nothing was left
          noticed_at TEXT NOT NULL,
          PRIMARY KEY (stream, shard_id, after_sequence_number)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW stream_gaps AS
        SELECT stream, shard_id, after_sequence_number, before_sequence_number, noticed_at FROM gaps;
        """

    private static let toldGaps = """
        ALTER TABLE gaps ADD COLUMN told_at TEXT;  -- since when the OMS can know, by way of its queue

        DROP VIEW stream_gaps;
        CREATE VIEW stream_gaps AS
        SELECT stream, shard_id, after_sequence_number, before_sequence_number, noticed_at, told_at FROM gaps;
        """

    private static let windows = """
        CREATE VIEW shard_progress AS
        SELECT l.stream, l.shard_id, l.holder, l.epoch, c.sequence_number, c.updated_at,
               f.shard_id IS NOT NULL AS finished,
               i.started_at AS last_invoked_at, i.outcome AS last_outcome, i.error AS last_error,
               i.iterator_age_ms AS last_iterator_age_ms
        FROM leases l
        LEFT JOIN checkpoints c USING (stream, shard_id)
        LEFT JOIN finished_shards f USING (stream, shard_id)
        LEFT JOIN invocations i ON i.invocation_id = (
          SELECT max(invocation_id) FROM invocations n WHERE n.stream = l.stream AND n.shard_id = l.shard_id);

        CREATE VIEW invocation_log AS
        SELECT invocation_id, stream, shard_id, records, attempt, started_at, duration_ms, iterator_age_ms,
               outcome, error, first_sequence_number, last_sequence_number
        FROM invocations;
        """
}
