import GRDB
import Synchronization

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
    /// How much room is left where the file lies; nil when nobody measures it.
    package let space: SpaceGauge?
    private let connection: Connection
    private let lock: OwnerLock
    private let identity: FileIdentity?
    private let log: LogGauge
    private let witness: (any CommitWitness)?
    private let failStop: @Sendable (DiskError) -> Void
    private let commits = Mutex(0)

    init(name: String, in storage: Storage, schema: DatabaseMigrator, checkpoints: Checkpoints) throws {
        self.name = name
        path = storage.path(of: name)
        space = storage.space
        witness = storage.witness
        failStop = storage.failStop
        try Self.makeDirectory(storage.directory)
        lock = try OwnerLock(for: path)
        do {
            let (database, log) = try Self.connect(to: path, checkpoints: checkpoints)
            try Self.check(database, name: name, closely: !lock.lastStopWasOrderly)
            if try database.read(schema.hasBeenSuperseded) { throw DiskError.newer(file: name) }
            try schema.migrate(database)
            Self.syncDirectory(storage.directory)
            lock.fileIsMade()
            connection = Connection(database, named: name)
            self.log = log
            identity = FileIdentity(of: path)
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
        try guarded { database in
            var result: Result?
            try database.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    result = try deed(db)
                    try reach(.before)
                    return .commit
                }
            }
            try reach(.after)
            guard let result else { preconditionFailure("a committed deed has a result") }
            return result
        }
    }

    /// Reads what is committed; waits for a write that is under way.
    ///
    /// Nobody else writes, so all of one look sees one moment without a transaction. GRDB's own `read` would also switch
    /// `query_only` on and off again, and SQLite then compiles every statement of the connection anew.
    package func read<Result>(_ look: (Database) throws -> Result) throws -> Result {
        try guarded { try $0.unsafeRead(look) }
    }

    /// Moves what it can from the log to the file without making anyone wait for a reader.
    ///
    /// - Returns: Pages in the log, and how many of them are in the file now.
    @discardableResult
    package func checkpoint(_ kind: Database.CheckpointMode = .passive) throws -> (logged: Int, moved: Int) {
        try guarded { database in
            let result = try database.writeWithoutTransaction { try $0.checkpoint(kind) }
            log.noteCheckpoint(logged: result.walFrameCount, moved: result.checkpointedFrameCount)
            return (result.walFrameCount, result.checkpointedFrameCount)
        }
    }

    /// Pages that lie in the log and not yet in the file; only counted with ``Checkpoints/betweenCommits``.
    package var pagesToMove: Int { log.pagesToMove }

    /// Bytes that the write-ahead log takes up. It is used again and does not shrink when its pages have been moved.
    package var logBytes: Int64 { FileIdentity.size(of: path + "-wal") }

    /// Makes sure that the file we write is still the one that others find at its path.
    ///
    /// - Throws: ``DiskError/failed(file:details:)`` when it is gone or another one: whatever we wrote from here on would
    ///   be lost with it.
    package func verifyPlace() throws {
        try guarded { _ in
            guard FileIdentity(of: path) == identity else {
                throw DiskError.failed(file: name, details: "another file, or none, lies in its place")
            }
        }
    }

    /// Lets go of the file, as soon as what is being done with it is done; a commit that has not begun yet is not.
    ///
    /// - Parameter orderly: False when its owner dies in the middle of something, which the next one will want to know.
    package func close(orderly: Bool = true) {
        connection.close { [lock] in lock.release(orderly: orderly) }
    }

    private func reach(_ side: CommitPoint.Side) throws {
        let number = commits.withLock { commits in
            if side == .before { commits += 1 }
            return commits
        }
        try witness?.reached(CommitPoint(file: name, number: number, side: side))
        if connection.isClosed { throw connection.closed }  // its owner has died of it
    }

    /// Does something with the file. An error that leaves it untrustworthy ends the process; one that means no room
    /// shuts the gate.
    private func guarded<Result>(_ work: (DatabaseQueue) throws -> Result) throws -> Result {
        try connection.use { database in
            do {
                return try work(database)
            } catch {
                let sorted = DiskError.sorting(
                    error, of: name, systemError: database.unsafeRead(Self.systemError))
                switch sorted as? DiskError {
                case .full: space?.ranOut()
                case let final? where final.isFinal && !connection.isClosed: failStop(final)
                default: break
                }
                throw sorted
            }
        }
    }
}
