import Clockwork
import Disk
import Foundation
import GRDB

/// The limit that a durable queue on SQLite can reach here: the same rows into the same kind of file, nothing around.
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
    func rowsPerSecond(rows: Int, bytes: Int, perCommit: Int) throws -> Double {
        let body = Data(repeating: UInt8(ascii: "x"), count: bytes)
        let clock = ContinuousClock()
        let began = clock.now
        var written = 0
        while written < rows {
            try disk.write { db in
                let insert = try db.cachedStatement(sql: "INSERT INTO rows (body) VALUES (?)")
                for _ in 0..<perCommit { try insert.execute(arguments: [body]) }
            }
            written += perCommit
        }
        return Double(written) / (clock.now - began).fractionalSeconds
    }

    func close() { disk.close() }
}
