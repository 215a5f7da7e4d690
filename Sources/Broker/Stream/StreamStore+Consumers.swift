import Clockwork
import GRDB
import Stream

/// The consumers of streams, as rows.
extension StreamStore {
    static func addConsumerMigrations(to migrator: inout DatabaseMigrator) {
        migrator.registerMigration("consumers of streams") { db in
            try db.execute(
                sql: """
                    CREATE TABLE consumers (
                      consumer_key INTEGER PRIMARY KEY,
                      stream_key   INTEGER NOT NULL REFERENCES streams(stream_key) ON DELETE CASCADE,
                      name         TEXT    NOT NULL,
                      created_at   INTEGER NOT NULL,             -- microseconds since 1970
                      UNIQUE (stream_key, name)
                    ) STRICT;
                    """)
        }
    }

    static func insert(_ consumer: Consumer, ofStream streamKey: Int64, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO consumers (stream_key, name, created_at) VALUES (?, ?, ?)",
            arguments: [streamKey, consumer.name, consumer.createdAt.microseconds])
    }

    static func deleteConsumer(named name: String, ofStream streamKey: Int64, in db: Database) throws {
        try db.execute(
            sql: "DELETE FROM consumers WHERE stream_key = ? AND name = ?", arguments: [streamKey, name])
    }

    /// The consumers of every stream, by the stream's key.
    static func consumers(_ db: Database) throws -> [Int64: Consumers] {
        let rows = try GRDB.Row.fetchAll(db, sql: "SELECT stream_key, name, created_at FROM consumers")
        let consumers = rows.map { row in
            (
                stream: row["stream_key"] as Int64,
                consumer: Consumer(
                    name: row["name"], createdAt: Timestamp(microseconds: row["created_at"]), isActive: true)
            )
        }
        return Dictionary(grouping: consumers, by: \.stream).mapValues { Consumers($0.map(\.consumer)) }
    }
}
