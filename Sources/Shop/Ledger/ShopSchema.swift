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
    ]

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
