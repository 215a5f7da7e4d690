import CSQLite
import GRDB

/// The SQLite library of this process.
package enum SQLiteLibrary {
    /// Sets the library up, once and before its first use: whoever opens a file calls this.
    package static func prepare() { _ = isPrepared }

    /// Lets a connection close without moving pages from the log to the file: for whoever does not own the file.
    package static func leaveLogWhenClosed(_ db: Database) {
        if let connection = db.sqliteConnection { _ = csqlite_leave_log_when_closed(connection) }
    }

    private static let isPrepared = csqlite_keep_no_memory_statistics() == 0
}
