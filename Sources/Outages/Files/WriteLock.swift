import Clockwork
import Disk
import GRDB

/// Somebody else's hold on a database: a second connection that has begun to write and does not end.
///
/// Its owner's commits wait and then fail with SQLITE_BUSY; reads go on. It writes nothing, and is over with its process.
package final class WriteLock: Sendable {
    private let connection: DatabaseQueue

    /// Takes the lock. When this returns nobody else can write.
    ///
    /// - Throws: ``FileFault``, or SQLite's error when the lock is not to be had within 5 s.
    package convenience init(on path: String) throws {
        try self.init(on: path, patience: .timeout(5))
    }

    private init(on path: String, patience: Database.BusyMode) throws {
        guard FileTrio(path).isThere else { throw FileFault.notThere(path) }
        SQLiteLibrary.prepare()
        var configuration = Configuration()
        configuration.busyMode = patience
        configuration.allowsUnsafeTransactions = true  // it stays open from one access to the next
        configuration.prepareDatabase { db in
            // Only its owner moves pages from the log to the file, also when he has died in the meantime.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
            SQLiteLibrary.leaveLogWhenClosed(db)
        }
        connection = try DatabaseQueue(path: path, configuration: configuration)
        try connection.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    /// Holds it for a while, or until cancelled, and lets go.
    package func hold(for span: Duration, by time: any TimeSource) async {
        try? await time.sleep(for: span)
        release()
    }

    /// Lets go. A second time does nothing.
    package func release() {
        try? connection.writeWithoutTransaction { db in
            if db.isInsideTransaction { try db.execute(sql: "ROLLBACK") }
        }
        try? connection.close()
    }

    deinit { release() }

    /// Whether somebody can write to a database at this moment: nil when he can, else what SQLite says.
    ///
    /// For a proof that a lock, or a file without room, has its effect.
    package static func refusal(at path: String) throws -> String? {
        do {
            let probe = try WriteLock(on: path, patience: .immediateError)
            probe.release()
            return nil
        } catch let error as DatabaseError {
            return "\(error.extendedResultCode)"
        }
    }
}
