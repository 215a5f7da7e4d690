import GRDB
import GRDBSQLite
import Synchronization

/// Counts the pages that lie in the write-ahead log and not yet in the file.
///
/// The log's size does not tell: it is used again from its beginning and keeps its length.
final class LogGauge: Sendable {
    private let state = Mutex<(logged: Int, moved: Int)>((0, 0))

    var pagesToMove: Int { state.withLock { $0.logged - $0.moved } }

    /// Has every commit told here, in place of SQLite's own checkpoint of every 1,000 pages.
    ///
    /// The gauge has to outlive the connection.
    func listen(to db: Database) {
        sqlite3_wal_hook(
            db.sqliteConnection,
            { gauge, _, _, pages in
                guard let gauge else { return SQLITE_OK }
                Unmanaged<LogGauge>.fromOpaque(gauge).takeUnretainedValue().noteCommit(logged: Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func noteCommit(logged: Int) {
        state.withLock { state in
            // A log shorter than it was has been begun anew, which happens only when all of it was in the file.
            state = (logged, logged < state.logged ? 0 : state.moved)
        }
    }

    func noteCheckpoint(logged: Int, moved: Int) {
        state.withLock { $0 = (max(0, logged), max(0, moved)) }
    }
}
