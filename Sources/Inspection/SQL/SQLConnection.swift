import GRDBSQLite

/// A bare connection of SQLite's own, for statements that come from outside.
///
/// GRDB has an authorizer of its own on its connections; whoever wants to forbid things needs one to himself.
final class SQLConnection {
    let handle: OpaquePointer

    /// An empty database in memory that is read-only, and so is whatever is attached to it.
    init() throws(SQLFault) {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw .failed("SQLite cannot be opened: \(String(cString: sqlite3_errstr(code)))")
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, 2_000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements of our own.
    func execute(_ sql: String) throws(SQLFault) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw .failed(message) }
    }

    var message: String { String(cString: sqlite3_errmsg(handle)) }
}

/// Why a statement from outside has no answer.
package enum SQLFault: Error, Hashable, CustomStringConvertible {
    /// SQLite's own words.
    case failed(String)
    /// It would do something else than read, or read what is not for eyes.
    case refused(String)
    case severalStatements
    case tooLong(bytes: Int, limit: Int)
    case tookTooLong(seconds: Int)

    package var description: String {
        switch self {
        case .failed(let message): message
        case .refused(let what):
            "\(what). Here one can only read the ledgers; to act, use the other verbs."
        case .severalStatements: "One statement at a time, please."
        case .tooLong(let bytes, let limit): "The statement has \(bytes) bytes; \(limit) are read."
        case .tookTooLong(let seconds):
            "Stopped after \(seconds) s. Ask for less at a time, or use the sqlite3 command on a copy."
        }
    }
}
