import GRDB
import GRDBSQLite

/// Writes row after row by one statement, with nothing around each: where rows come by the hundred thousand, what GRDB
/// does around an execution costs more than SQLite's own work.
///
///     let rows = try RowWriter("INSERT INTO pairs (key, value) VALUES (?, ?)", in: db)
///     for (key, value) in pairs {
///         rows.bind(key, at: 1)
///         rows.bind(value, at: 2)
///         try rows.write()
///     }
///
/// No transaction observer hears of these rows. Belongs to the database access in which it was made.
package struct RowWriter {
    private let database: Database
    private let statement: Statement

    /// - Parameter sql: A statement that gives no rows back.
    package init(_ sql: String, in database: Database) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
    }

    package func bind(_ number: Int64, at place: Int32) {
        sqlite3_bind_int64(statement.sqliteStatement, place, number)
    }

    package func bind(_ text: String, at place: Int32) {
        var text = text
        text.withUTF8 { letters in
            letters.withMemoryRebound(to: CChar.self) { letters in
                _ = sqlite3_bind_text(
                    statement.sqliteStatement, place, letters.baseAddress, Int32(letters.count), Self.copied)
            }
        }
    }

    package func bind(_ bytes: [UInt8], at place: Int32) {
        bytes.withUnsafeBytes { bytes in
            // Without an address it would be NULL.
            guard let start = bytes.baseAddress else {
                _ = sqlite3_bind_zeroblob(statement.sqliteStatement, place, 0)
                return
            }
            _ = sqlite3_bind_blob(statement.sqliteStatement, place, start, Int32(bytes.count), Self.copied)
        }
    }

    /// Writes the row of what has been bound. - Throws: `DatabaseError`.
    package func write() throws {
        defer { sqlite3_reset(statement.sqliteStatement) }
        let code = sqlite3_step(statement.sqliteStatement)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage, sql: statement.sql
            )
        }
    }

    /// Lets SQLite take a copy of what is bound.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
