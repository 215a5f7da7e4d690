import Clockwork
import Disk
import Foundation
import GRDB

/// The limit that a durable queue on SQLite can reach here: the same rows into and out of the same kind of file, nothing
/// around.
struct PlainSQLite {
    private let disk: Disk

    init(directory: String) throws {
        var schema = DatabaseMigrator()
        schema.registerMigration("rows") { db in
            try db.execute(sql: "CREATE TABLE rows (place INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
        }
        disk = try Storage(directory: directory).open("plain.db", schema: schema)
    }

    /// Writes rows of a size, so many to a durable transaction. - Returns: Rows per second.
    func rowsWrittenPerSecond(rows: Int, bytes: Int, perCommit: Int) throws -> Double {
        let clock = ContinuousClock()
        let began = clock.now
        var written = 0
        while written < rows {
            try commit(rows: perCommit, bytes: bytes)
            written += perCommit
        }
        return Double(written) / (clock.now - began).fractionalSeconds
    }

    /// Writes rows of a size, each durable before the next. - Returns: What each took.
    func spansOfSingleWrites(rows: Int, bytes: Int) throws -> [Duration] {
        let clock = ContinuousClock()
        return try (0..<rows).map { _ in try clock.measure { try commit(rows: 1, bytes: bytes) } }
    }

    private func commit(rows: Int, bytes: Int) throws {
        let body = Array(repeating: UInt8(ascii: "x"), count: bytes)
        try disk.write { db in
            let writer = try RowWriter("INSERT INTO rows (body) VALUES (?)", in: db)
            for _ in 0..<rows {
                writer.bind(body, at: 1)
                try writer.write()
            }
        }
    }

    /// Reads all rows from the first on, so many to a query, and again until so much time has passed.
    ///
    /// - Returns: Rows per second.
    func rowsReadPerSecond(perQuery: Int, span: Duration) throws -> Double {
        let clock = ContinuousClock()
        let began = clock.now
        var (read, bytes) = (0, 0)
        while clock.now - began < span {
            var place: Int64? = 0
            while let after = place {
                place = try disk.read { db in
                    let rows = try Row.fetchCursor(
                        db.cachedStatement(
                            sql: "SELECT place, body FROM rows WHERE place > ? ORDER BY place LIMIT ?"),
                        arguments: [after, perQuery])
                    var last: Int64?
                    while let row = try rows.next() {
                        last = row[0]
                        bytes += (row[1] as Data).count
                        read += 1
                    }
                    return last
                }
            }
        }
        guard bytes > 0 else { throw LoadError(description: "There were no rows to read.") }
        return Double(read) / (clock.now - began).fractionalSeconds
    }

    func close() { disk.close() }
}
