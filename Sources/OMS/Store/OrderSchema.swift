import GRDB
import Orders

/// How `orders.db` comes to look the way it does.
package enum OrderSchema {
    /// The file's name in the data directory.
    package static let file = "orders.db"

    /// The whole schema as SQL that `sqlite3` can read: tables, windows, and the rows that are there from the beginning.
    package static let text = chapters.map { "-- \($0.sentence)\n\n\($0.sql)\n" }.joined(separator: "\n")

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        for chapter in chapters {
            migrator.registerMigration(chapter.sentence) { try $0.execute(sql: chapter.sql) }
        }
        return migrator
    }()

    /// One migration for each; a sentence and its text stay as they are once they have landed.
    private static let chapters: [(sentence: String, sql: String)] = [
        (
            "orders, their history and their outbox",
            [OrderTables.sql, currencies, statuses, OrderWindows.sql].joined(separator: "\n\n")
        ),
        (
            "what came again under a known key, and one relay at a time",
            [OrderTables.bookkeeping, OrderWindows.onTheWayOut].joined(separator: "\n\n")
        ),
        ("where in the stream each event stands", OrderTables.placesInTheStream),
        (
            "cancellations that come before their orders",
            [OrderTables.earlyCancellations, OrderWindows.earlyCancellations].joined(separator: "\n\n")
        ),
    ]

    private static let currencies =
        "INSERT INTO currencies (code, minor_digits, name) VALUES\n"
        + Currency.all
        .map {
            "  ('\($0.code)', \($0.minorDigits), '\($0.name.split(separator: "'").joined(separator: "''"))')"
        }
        .joined(separator: ",\n") + ";"

    private static let statuses = """
        INSERT INTO order_statuses (status, is_final, meaning) VALUES
          ('new', 0, 'Read, and on its way into the books; no order rests here.'),
          ('accepted', 0, 'Kept: we have promised to fulfil it.'),
          ('on_hold', 0, 'Kept, but somebody has to look at it first.'),
          ('cancelled', 1, 'Will not be fulfilled.'),
          ('completed', 1, 'Fulfilled.');

        INSERT INTO status_transitions (from_status, to_status) VALUES
          ('new', 'accepted'),
          ('accepted', 'on_hold'), ('on_hold', 'accepted'),
          ('accepted', 'cancelled'), ('on_hold', 'cancelled'),
          ('accepted', 'completed');
        """
}
