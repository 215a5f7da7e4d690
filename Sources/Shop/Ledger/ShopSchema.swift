import GRDB

/// How `shop.db` comes to look the way it does.
package enum ShopSchema {
    /// The file's name in the data directory.
    package static let file = "shop.db"

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        for chapter in chapters {
            migrator.registerMigration(chapter.sentence) { try $0.execute(sql: chapter.sql) }
        }
        return migrator
    }()

    /// The whole schema as SQL that `sqlite3` can read: tables and windows.
    package static let text = chapters.map(\.sql).joined(separator: "\n\n")

    /// One migration for each; a sentence and its text stay as they are once they have landed.
    private static let chapters: [(sentence: String, sql: String)] = [
        ("what the shop took, tried and was told", tables + "\n\n" + ShopWindows.sql),
        ("customers whom a coupled shop turned away", turnedAway),
        ("messages too large, and series of pranks", prankSeries + "\n\n" + ShopWindows.sql),
        ("cancellations before their orders", earlyCancellations + "\n\n" + ShopWindows.sql),
    ]

    /// Another value in a check means another table, and a table that is renamed must have no views.
    private static let prankSeries = """
        DROP VIEW submitted_orders;
        DROP VIEW deliberate_messages;
        DROP VIEW orders_not_handed_over;
        DROP VIEW answer_times;

        ALTER TABLE submissions RENAME TO former_submissions;
        DROP INDEX submissions_order;
        CREATE TABLE submissions (            -- one row a try: written before the call, completed after it
          submission_id INTEGER PRIMARY KEY, order_number TEXT NOT NULL, idempotency_key TEXT NOT NULL,
          document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
          attempt INTEGER NOT NULL CHECK (attempt >= 1), sent_at TEXT NOT NULL, answered_at TEXT,
          outcome TEXT NOT NULL DEFAULT 'unknown' CHECK (outcome IN ('acknowledged','refused','unknown')),
          message_id TEXT, error TEXT,
          deliberate TEXT CHECK (deliberate IN ('repeat','conflict','poison','oversize')), -- NULL: a customer's order
          trace_id TEXT NOT NULL,
          CHECK ((outcome = 'acknowledged') = (message_id IS NOT NULL))
        ) STRICT;
        INSERT INTO submissions SELECT * FROM former_submissions;
        DROP TABLE former_submissions;
        CREATE INDEX submissions_order ON submissions(order_number, attempt);

        ALTER TABLE outgoing RENAME TO former_outgoing;
        CREATE TABLE outgoing (               -- taken, but not handed over yet; the last answer takes the row
          outgoing_id INTEGER PRIMARY KEY AUTOINCREMENT,
          order_number TEXT NOT NULL, idempotency_key TEXT NOT NULL,
          document TEXT NOT NULL, document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
          message_group TEXT NOT NULL, deduplication_id TEXT NOT NULL, traceparent TEXT NOT NULL,
          deliberate TEXT CHECK (deliberate IN ('repeat','conflict','poison','oversize')),
          attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0), taken_at TEXT NOT NULL,
          series TEXT                         -- of pranks; NULL for all others
        ) STRICT;
        INSERT INTO outgoing SELECT *, NULL FROM former_outgoing;
        DROP TABLE former_outgoing;
        CREATE INDEX outgoing_series ON outgoing(series) WHERE series IS NOT NULL;

        CREATE TABLE prank_series (           -- how far each series of pranks has come that somebody asked for
          series TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, wanted INTEGER NOT NULL CHECK (wanted >= 1),
          played INTEGER NOT NULL CHECK (played BETWEEN 0 AND wanted)
        ) STRICT, WITHOUT ROWID;
        """

    private static let earlyCancellations = """
        DROP VIEW submitted_orders;
        DROP VIEW deliberate_messages;
        DROP VIEW orders_not_handed_over;
        DROP VIEW answer_times;

        ALTER TABLE submissions RENAME TO former_submissions;
        DROP INDEX submissions_order;
        CREATE TABLE submissions (            -- one row a try: written before the call, completed after it
          submission_id INTEGER PRIMARY KEY, order_number TEXT NOT NULL, idempotency_key TEXT NOT NULL,
          document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
          attempt INTEGER NOT NULL CHECK (attempt >= 1), sent_at TEXT NOT NULL, answered_at TEXT,
          outcome TEXT NOT NULL DEFAULT 'unknown' CHECK (outcome IN ('acknowledged','refused','unknown')),
          message_id TEXT, error TEXT,
          deliberate TEXT                     -- NULL: a customer's order
            CHECK (deliberate IN ('repeat','conflict','poison','oversize','early_cancel')),
          trace_id TEXT NOT NULL,
          CHECK ((outcome = 'acknowledged') = (message_id IS NOT NULL))
        ) STRICT;
        INSERT INTO submissions SELECT * FROM former_submissions;
        DROP TABLE former_submissions;
        CREATE INDEX submissions_order ON submissions(order_number, attempt);

        ALTER TABLE outgoing RENAME TO former_outgoing;
        DROP INDEX outgoing_series;
        CREATE TABLE outgoing (               -- taken, but not handed over yet; the last answer takes the row
          outgoing_id INTEGER PRIMARY KEY AUTOINCREMENT,
          order_number TEXT NOT NULL, idempotency_key TEXT NOT NULL,
          document TEXT NOT NULL, document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
          message_group TEXT NOT NULL, deduplication_id TEXT NOT NULL, traceparent TEXT NOT NULL,
          deliberate TEXT CHECK (deliberate IN ('repeat','conflict','poison','oversize','early_cancel')),
          attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0), taken_at TEXT NOT NULL,
          series TEXT                         -- of pranks; NULL for all others
        ) STRICT;
        INSERT INTO outgoing SELECT * FROM former_outgoing;
        DROP TABLE former_outgoing;
        CREATE INDEX outgoing_series ON outgoing(series) WHERE series IS NOT NULL;
        """

    private static let turnedAway = """
        CREATE TABLE turned_away (            -- by a shop that is coupled to its OMS and was not told yes in time
          order_number TEXT NOT NULL PRIMARY KEY,
          document TEXT NOT NULL,             -- what the customer wanted
          turned_away_at TEXT NOT NULL
        ) STRICT;
        """

    private static let tables = """
        CREATE TABLE submissions (            -- one row a try: written before the call, completed after it
          submission_id INTEGER PRIMARY KEY, order_number TEXT NOT NULL, idempotency_key TEXT NOT NULL,
          document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
          attempt INTEGER NOT NULL CHECK (attempt >= 1), sent_at TEXT NOT NULL, answered_at TEXT,
          outcome TEXT NOT NULL DEFAULT 'unknown' CHECK (outcome IN ('acknowledged','refused','unknown')),
          message_id TEXT, error TEXT,
          deliberate TEXT CHECK (deliberate IN ('repeat','conflict','poison')),   -- NULL: a customer's order
          trace_id TEXT NOT NULL,
          CHECK ((outcome = 'acknowledged') = (message_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX submissions_order ON submissions(order_number, attempt);

        CREATE TABLE outgoing (               -- taken, but not handed over yet; the last answer takes the row
          outgoing_id INTEGER PRIMARY KEY AUTOINCREMENT,
          order_number TEXT NOT NULL, idempotency_key TEXT NOT NULL,
          document TEXT NOT NULL, document_sha256 TEXT NOT NULL CHECK (length(document_sha256) = 64),
          message_group TEXT NOT NULL, deduplication_id TEXT NOT NULL, traceparent TEXT NOT NULL,
          deliberate TEXT CHECK (deliberate IN ('repeat','conflict','poison')),
          attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0), taken_at TEXT NOT NULL
        ) STRICT;

        CREATE TABLE trading_days (           -- how far each source of orders has been sold
          source TEXT NOT NULL PRIMARY KEY, opened_at TEXT NOT NULL,
          orders_taken INTEGER NOT NULL DEFAULT 0 CHECK (orders_taken >= 0),
          pranks_played INTEGER NOT NULL DEFAULT 0 CHECK (pranks_played >= 0), closed_at TEXT
        ) STRICT, WITHOUT ROWID;
        """
}
