import GRDB
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// An SQLite file that keeps its word: what was written is on the medium before anyone hears of it.
///
/// One process owns the file and writes it through one connection. Everyone else opens it read-only. Every commit is
/// numbered, so that a crash before and after each of them can be provoked.
package final class Disk: Sendable {
    package enum Checkpoints: Sendable {
        /// SQLite moves pages from the log to the file inside a commit, every 1,000 pages.
        case whileCommitting
        /// ``GroupCommit`` does it between commits.
        case betweenCommits
    }

    /// The file's name, such as `orders.db`.
    package let name: String
    package let path: String
    private let connection: DatabaseQueue
    private let lock: OwnerLock
    private let witness: (any CommitWitness)?
    private let failStop: @Sendable (DiskError) -> Void
    private let state = Mutex<State>(State())

    private struct State {
        var commits = 0
        var isClosed = false
    }

    init(name: String, in storage: Storage, schema: DatabaseMigrator, checkpoints: Checkpoints) throws {
        self.name = name
        path = storage.path(of: name)
        witness = storage.witness
        failStop = storage.failStop
        guard mkdir(storage.directory, 0o700) == 0 || errno == EEXIST else {
            throw DiskError.unreachable(file: storage.directory, details: String(cString: strerror(errno)))
        }
        lock = try OwnerLock(for: path)
        do {
            connection = try Self.connect(to: path, checkpoints: checkpoints)
            try Self.check(connection, name: name, closely: !lock.lastStopWasOrderly)
            if try connection.read(schema.hasBeenSuperseded) { throw DiskError.newer(file: name) }
            try schema.migrate(connection)
            Self.syncDirectory(storage.directory)
        } catch {
            lock.release(orderly: lock.lastStopWasOrderly)
            throw DiskError.sorting(error, of: name)
        }
    }

    /// Makes a change as one transaction; when this returns it is durable.
    ///
    /// - Throws: ``DiskError``, or what `deed` throws; then nothing of it was made, except after
    ///   ``DiskError/failed(file:details:)``, which leaves it open.
    package func write<Result>(_ deed: (Database) throws -> Result) throws -> Result {
        guard !state.withLock(\.isClosed) else { throw DiskError.failed(file: name, details: "closed") }
        do {
            var result: Result?
            try connection.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    result = try deed(db)
                    try reach(.before)
                    return .commit
                }
            }
            try reach(.after)
            guard let result else { preconditionFailure("a committed deed has a result") }
            return result
        } catch {
            let sorted = DiskError.sorting(error, of: name)
            if let final = sorted as? DiskError, final.isFinal { failStop(final) }
            throw sorted
        }
    }

    /// Reads what is committed, and what the transaction under way has written so far.
    package func read<Result>(_ look: (Database) throws -> Result) throws -> Result {
        guard !state.withLock(\.isClosed) else { throw DiskError.failed(file: name, details: "closed") }
        do {
            return try connection.read(look)
        } catch {
            throw DiskError.sorting(error, of: name)
        }
    }

    /// Moves what it can from the log to the file without making anyone wait for a reader.
    ///
    /// - Returns: Pages in the log, and how many of them are in the file now.
    @discardableResult
    package func checkpoint(_ kind: Database.CheckpointMode = .passive) throws -> (logged: Int, moved: Int) {
        do {
            let result = try connection.writeWithoutTransaction { try $0.checkpoint(kind) }
            return (result.walFrameCount, result.checkpointedFrameCount)
        } catch {
            throw DiskError.sorting(error, of: name)
        }
    }

    /// Bytes that the write-ahead log takes up.
    package var logBytes: Int64 {
        var information = stat()
        return stat(path + "-wal", &information) == 0 ? Int64(information.st_size) : 0
    }

    /// Lets go of the file.
    ///
    /// - Parameter orderly: False when its owner dies in the middle of something, which the next one will want to know.
    package func close(orderly: Bool = true) {
        let wasOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard wasOpen else { return }
        try? connection.close()  // a connection that will not close is closed by the process's end
        lock.release(orderly: orderly)
    }

    private func reach(_ side: CommitPoint.Side) throws {
        let number = state.withLock { state in
            if side == .before { state.commits += 1 }
            return state.commits
        }
        try witness?.reached(CommitPoint(file: name, number: number, side: side))
    }
}

extension Disk {
    private static func connect(to path: String, checkpoints: Checkpoints) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "disk"
        // With its own journal mode GRDB would set `synchronous` back to NORMAL: so both are ours.
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA auto_vacuum = INCREMENTAL;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA foreign_keys = ON;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA mmap_size = 0;
                    PRAGMA journal_size_limit = 67108864;
                    """)
            if checkpoints == .betweenCommits { try db.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        }
        let connection = try DatabaseQueue(path: path, configuration: configuration)
        let (synchronous, journal) = try connection.read { db in
            (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
        }
        guard synchronous == 2, journal == "wal" else {
            throw DiskError.unreachable(
                file: path, details: "SQLite did not take the settings that make it durable")
        }
        return connection
    }

    /// Looks for damage; closely only after an owner that died, and only in files small enough not to delay a start.
    private static func check(_ connection: DatabaseQueue, name: String, closely: Bool) throws {
        try connection.read { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            guard closely, pages <= mostPagesToCheck else { return }
            let findings = try String.fetchAll(db, sql: "PRAGMA quick_check(3)")
            guard findings == ["ok"] else {
                throw DiskError.damaged(file: name, details: findings.joined(separator: "; "))
            }
        }
    }

    /// 64 MiB of pages: about 0.1 s. Larger files are checked by `orderflow doctor`.
    private static let mostPagesToCheck = 16_384

    /// Makes the names of new files durable too.
    private static func syncDirectory(_ path: String) {
        let descriptor = openDirectory(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        closeDescriptor(descriptor)
    }
}

// Inside `Disk`, `close` would mean its own method.
private func openDirectory(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
