import GRDB

/// The tables of `partner-NAME.db`, and the window through which others look at them.
enum PartnerSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("what was received, and what was turned away") { db in
            try db.execute(sql: tables)
        }
        return migrator
    }

    private static let tables = """
        CREATE TABLE received (          -- row before the answer; answered_status after it
          receipt_id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, order_number TEXT NOT NULL,
          event_type TEXT NOT NULL, received_at TEXT NOT NULL, answered_status INTEGER,
          body_sha256 TEXT NOT NULL CHECK (length(body_sha256) = 64),
          first_time INTEGER NOT NULL CHECK (first_time IN (0,1))
        ) STRICT;
        CREATE INDEX received_event ON received(event_id);
        CREATE UNIQUE INDEX received_first ON received(event_id) WHERE first_time = 1;
        CREATE INDEX received_order ON received(order_number);

        CREATE TABLE refusals (          -- signed webhooks that were answered without any work being done
          refusal_id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, refused_at TEXT NOT NULL,
          answered_status INTEGER NOT NULL
        ) STRICT;

        CREATE VIEW inbox AS
        SELECT event_id, order_number, event_type, min(received_at) AS first_received_at,
               max(received_at) AS last_received_at, count(*) AS receipts, count(*) - 1 AS repeats,
               count(DISTINCT body_sha256) AS bodies
        FROM received GROUP BY event_id;
        """
}
