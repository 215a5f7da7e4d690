import GRDB
import GRDBSQLite

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension Disk {
    static func connect(to path: String, checkpoints: Checkpoints) throws -> (DatabaseQueue, LogGauge) {
        SQLiteLibrary.prepare()
        let log = LogGauge()
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "disk"
        // `trusted_schema` stays on: SQLite 3.40 counts its own JSON functions among those that a schema may not use
        // without trust, and our checks and windows use them.
        // With its own journal mode GRDB would set `synchronous` back to NORMAL: so both are ours.
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA auto_vacuum = INCREMENTAL;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA foreign_keys = ON;
                    PRAGMA cell_size_check = ON;
                    PRAGMA mmap_size = 0;
                    PRAGMA journal_size_limit = 67108864;
                    """)
            if checkpoints == .betweenCommits { log.listen(to: db) }
        }
        let connection = try DatabaseQueue(path: path, configuration: configuration)
        let (synchronous, journal) = try connection.read { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA synchronous"),
                try String.fetchOne(db, sql: "PRAGMA journal_mode")
            )
        }
        guard synchronous == 2, journal == "wal" else {
            throw DiskError.unreachable(
                file: path, details: "SQLite did not take the settings that make it durable")
        }
        return (connection, log)
    }

    /// Looks for damage; closely only after an owner that died, and only in files small enough not to delay a start.
    static func check(_ connection: DatabaseQueue, name: String, closely: Bool) throws {
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

    /// Makes a directory, and those above it that are missing.
    static func makeDirectory(_ path: String) throws(DiskError) {
        guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        guard errno == ENOENT, !parent.isEmpty else {
            throw .unreachable(file: path, details: String(cString: strerror(errno)))
        }
        try makeDirectory(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .unreachable(file: path, details: String(cString: strerror(errno)))
        }
    }

    /// Makes the names of new files durable too.
    static func syncDirectory(_ path: String) {
        let descriptor = openDirectory(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        closeDescriptor(descriptor)
    }

    /// The operating system's number for what has failed last in the log or in the file, 0 for nothing. One that is not
    /// about room goes first.
    ///
    /// Both are asked themselves: SQLite's `sqlite3_system_errno` does not know what fails in a COMMIT.
    static func systemError(of db: Database) -> Int32 {
        guard let connection = db.sqliteConnection else { return 0 }
        var (inFile, inLog) = (Int32(0), Int32(0))
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_LAST_ERRNO, &inFile)
        var log: UnsafeMutablePointer<sqlite3_file>?
        sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log)
        if let log, let methods = log.pointee.pMethods {
            _ = methods.pointee.xFileControl?(log, SQLITE_FCNTL_LAST_ERRNO, &inLog)
        }
        let numbers = [inLog, inFile].filter { $0 != 0 }
        return numbers.first { !DiskError.lackOfRoom.contains($0) } ?? numbers.first ?? 0
    }
}

// Inside `Disk`, `close` would mean its own method.
private func openDirectory(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
