import GRDB

/// The tables of `courier.db`, and the windows through which others look at them.
///
/// An order's later events wait behind its earlier ones, endpoint by endpoint. The table says so itself: of
/// the open deliveries of one order to one endpoint only the first has a `next_attempt_at`, and a unique
/// index keeps it so.
enum CourierSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("messages, their deliveries and every attempt") { db in
            try db.execute(sql: tables)
            try db.execute(sql: windows)
        }
        migrator.registerMigration("a delivery that is made again") { db in
            try db.execute(
                sql: """
                    ALTER TABLE deliveries ADD COLUMN first_delivered_at TEXT;
                    ALTER TABLE deliveries ADD COLUMN attempts_before_replay INTEGER NOT NULL DEFAULT 0;
                    """)
        }
        return migrator
    }

    private static let classes = AttemptClass.allCases.map { "'\($0.rawValue)'" }.joined(separator: ",")

    private static let tables = """
        CREATE TABLE partners (
          partner TEXT NOT NULL PRIMARY KEY, url TEXT NOT NULL,
          enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0,1)),
          paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0,1)),
          timeout_ms INTEGER NOT NULL, max_attempts INTEGER NOT NULL,
          disabled_reason TEXT,
          CHECK ((enabled = 0) = (disabled_reason IS NOT NULL))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE messages (            -- written once; payload is what every partner receives
          message_seq INTEGER PRIMARY KEY AUTOINCREMENT,
          event_id TEXT NOT NULL UNIQUE, order_number TEXT NOT NULL, event_type TEXT NOT NULL,
          order_version INTEGER NOT NULL, payload TEXT NOT NULL CHECK (json_valid(payload)),
          traceparent TEXT, received_at TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER messages_no_update BEFORE UPDATE ON messages
        BEGIN SELECT RAISE(ABORT, 'a message is written once'); END;

        CREATE TABLE deliveries (                -- one row per event and partner, written with the message
          event_id TEXT NOT NULL REFERENCES messages(event_id),
          partner TEXT NOT NULL REFERENCES partners(partner),
          order_number TEXT NOT NULL, event_type TEXT NOT NULL, order_version INTEGER NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('pending','retrying','delivered','parked','skipped')),
          attempts INTEGER NOT NULL DEFAULT 0, staged_at TEXT NOT NULL,
          next_attempt_at TEXT,            -- null while it waits behind an earlier event of its order
          delivered_at TEXT, last_status INTEGER, last_error TEXT, parked_reason TEXT,
          message_seq INTEGER NOT NULL,
          PRIMARY KEY (event_id, partner),
          CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
          CHECK ((state = 'parked') = (parked_reason IS NOT NULL)),
          CHECK (state IN ('pending','retrying') OR next_attempt_at IS NULL),
          CHECK (state <> 'retrying' OR next_attempt_at IS NOT NULL)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX deliveries_due ON deliveries(partner, state, next_attempt_at, message_seq)
          WHERE state IN ('pending','retrying');
        CREATE INDEX deliveries_open ON deliveries(partner, order_number, message_seq)
          WHERE state IN ('pending','retrying');
        CREATE UNIQUE INDEX deliveries_one_at_a_time ON deliveries(partner, order_number)
          WHERE state IN ('pending','retrying') AND next_attempt_at IS NOT NULL;
        CREATE INDEX deliveries_order ON deliveries(order_number, partner);

        CREATE TABLE delivery_attempts (         -- row inserted before the call, completed after it
          attempt_id INTEGER PRIMARY KEY AUTOINCREMENT,
          event_id TEXT NOT NULL, partner TEXT NOT NULL, attempt INTEGER NOT NULL,
          started_at TEXT NOT NULL, duration_ms INTEGER, http_status INTEGER,
          class TEXT CHECK (class IN (\(classes))),
          error TEXT, response_excerpt TEXT, next_attempt_at TEXT,
          FOREIGN KEY (event_id, partner) REFERENCES deliveries(event_id, partner)
        ) STRICT;
        CREATE INDEX delivery_attempts_delivery ON delivery_attempts(event_id, partner, attempt_id);
        CREATE INDEX delivery_attempts_under_way ON delivery_attempts(partner) WHERE class IS NULL;

        CREATE TABLE circuits (                  -- a row while an endpoint is left alone
          partner TEXT NOT NULL PRIMARY KEY REFERENCES partners(partner),
          open_until TEXT NOT NULL, open_for_ms INTEGER NOT NULL, changed_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let windows = """
        CREATE VIEW delivery_overview AS
        SELECT event_id, partner, order_number, event_type, order_version, state,
               state = 'pending' AND next_attempt_at IS NULL AS waits_behind,
               attempts, staged_at, next_attempt_at, delivered_at,
               CAST(round((julianday(delivered_at) - julianday(staged_at)) * 86400000) AS INTEGER) AS age_ms,
               last_status, last_error, parked_reason
        FROM deliveries;

        CREATE VIEW partner_lanes AS             -- what is open; cheap however much has been delivered
        SELECT p.partner, p.url, p.enabled, p.disabled_reason, p.paused,
               (SELECT count(*) FROM deliveries d
                 WHERE d.partner = p.partner AND d.state IN ('pending','retrying')
                   AND d.state = 'pending') AS pending,
               (SELECT count(*) FROM deliveries d
                 WHERE d.partner = p.partner AND d.state IN ('pending','retrying')
                   AND d.state = 'retrying') AS retrying,
               (SELECT count(*) FROM delivery_attempts a
                 WHERE a.partner = p.partner AND a.class IS NULL) AS under_way,
               (SELECT min(d.staged_at) FROM deliveries d
                 WHERE d.partner = p.partner AND d.state IN ('pending','retrying')) AS oldest_staged_at,
               (SELECT min(d.next_attempt_at) FROM deliveries d
                 WHERE d.partner = p.partner AND d.state IN ('pending','retrying')) AS next_attempt_at,
               CASE WHEN c.partner IS NULL THEN 'closed' ELSE 'open' END AS circuit, c.open_until
        FROM partners p LEFT JOIN circuits c USING (partner);

        CREATE VIEW partner_totals AS
        SELECT partner, state, count(*) AS deliveries, sum(attempts) AS attempts
        FROM deliveries GROUP BY partner, state;

        CREATE VIEW attempt_log AS
        SELECT a.attempt_id, d.order_number, a.event_id, a.partner, a.attempt, a.started_at, a.duration_ms,
               a.http_status, a.class, a.error, a.response_excerpt, a.next_attempt_at
        FROM delivery_attempts a JOIN deliveries d USING (event_id, partner);
        """
}
