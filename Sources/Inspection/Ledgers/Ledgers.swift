import Disk
import GRDB
import Synchronization

/// All ledgers of a data directory, opened to be looked at and for nothing else.
///
/// It makes no difference whether the roles are alive: the files are read as they lie, after `kill -9` too.
/// Nothing is written to them, no checkpoint is made, and a look is short, so that no role is ever held up.
///
/// In SQL the ledgers are called `shop`, `broker`, `oms`, `function`, `notify` and `partner_NAME`.
package final class Ledgers: Sendable {
    package let directory: String
    /// The ledgers that were asked for and what became of each, in a fixed order; partners by name.
    package let standings: [(ledger: Ledger, standing: LedgerStanding)]
    /// Partners whose ledgers lie here, by name.
    package let partners: [String]

    private let connection: DatabaseQueue
    private let paths: [Ledger: String]
    private let copies: [LedgerCopy]
    private let attached: Mutex<Set<Ledger>>

    /// Opens what there is.
    ///
    /// - Parameter wanted: Only these; nil for all, partners included. What is left out is opened faster.
    /// - Throws: ``LedgerError/noDirectory(_:)``.
    package init(in directory: String, only wanted: [Ledger]? = nil) throws {
        guard let names = DirectoryListing.entries(in: directory)?.map(\.name) else {
            throw LedgerError.noDirectory(directory)
        }
        self.directory = directory
        let found = names.compactMap(Ledger.init(partnerFile:)).sorted { $0.file < $1.file }
        partners = found.map { $0.file.dropFirst("partner-".count).dropLast(".db".count) }.map(String.init)
        let there = Set(names)
        connection = try Self.connect()

        var standings: [(Ledger, LedgerStanding)] = []
        var paths: [Ledger: String] = [:]
        var copies: [LedgerCopy] = []
        var attached: Set<Ledger> = []
        for ledger in wanted ?? Ledger.singles + found {
            guard there.contains(ledger.file) else {
                standings.append((ledger, .absent))
                continue
            }
            let path = "\(directory)/\(ledger.file)"
            let (standing, copy) = Self.open(
                ledger, at: path, keepsRoom: Self.mostAttached - 1, on: connection, &attached)
            standings.append((ledger, standing))
            if standing.isOpen { paths[ledger] = copy?.path ?? path }
            if let copy { copies.append(copy) }
        }
        self.standings = standings
        self.paths = paths
        self.copies = copies
        self.attached = Mutex(attached)
    }

    /// True when the ledger can be asked.
    package func has(_ ledger: Ledger) -> Bool { paths[ledger] != nil }

    /// Where the ledgers that can be asked lie, or copies of them, in the order of ``standings``.
    var openPaths: [(ledger: Ledger, path: String)] {
        standings.compactMap { standing in paths[standing.ledger].map { (standing.ledger, $0) } }
    }

    /// Throws what is to be told when a question cannot do without a ledger that is not here.
    package func require(_ ledger: Ledger) throws(LedgerError) {
        switch standings.first(where: { $0.ledger == ledger })?.standing {
        case .open, .openAsCopy: return
        case .unreadable(let reason): throw .unreadable(ledger, reason: reason)
        case .absent, nil: throw .missing(ledger, in: directory)
        }
    }

    /// Asks. Each statement sees each file as of one moment; hold a cursor open only as long as you must.
    package func look<Answer>(_ question: (Database) throws -> Answer) throws -> Answer {
        // Temporary tables apart there is nothing that it could write.
        try connection.writeWithoutTransaction(question)
    }

    /// Whether a table or view is there: a role that has just begun to live may not have made it yet.
    package func hasTable(_ name: String, in ledger: Ledger) throws -> Bool {
        guard has(ledger) else { return false }
        return try whileAttached(ledger) {
            try look { db in
                try Bool.fetchOne(
                    db, sql: "SELECT count(*) > 0 FROM \(ledger.schema).sqlite_master WHERE name = ?",
                    arguments: [name])
                    ?? false
            }
        }
    }

    /// The tables, views, indexes and triggers of a ledger, as SQL.
    package func schema(of ledger: Ledger) throws -> String {
        try require(ledger)
        return try whileAttached(ledger) {
            try look { db in
                try String.fetchAll(
                    db,
                    sql: """
                        SELECT sql || ';' FROM \(ledger.schema).sqlite_master
                        WHERE sql IS NOT NULL AND name NOT LIKE 'grdb%' AND name NOT LIKE 'sqlite%' ORDER BY rowid
                        """
                ).joined(separator: "\n\n") + "\n"
            }
        }
    }

    /// Does something for which a ledger must be attached under its schema's name.
    ///
    /// SQLite attaches ten files at most; the partners beyond that are attached for the length of their turn.
    /// So take such turns one after another.
    package func whileAttached<Answer>(_ ledger: Ledger, _ deed: () throws -> Answer) throws -> Answer {
        guard let path = paths[ledger] else { throw LedgerError.missing(ledger, in: directory) }
        guard attached.withLock({ $0.insert(ledger).inserted }) else { return try deed() }
        defer { attached.withLock { _ = $0.remove(ledger) } }
        try look { try $0.execute(sql: "ATTACH ? AS \(ledger.schema)", arguments: [path]) }
        // Should it fail, the connection's end does it too.
        defer { try? look { try $0.execute(sql: "DETACH \(ledger.schema)") } }
        return try deed()
    }
}

extension Ledgers {
    /// SQLite's own limit, `SQLITE_MAX_ATTACHED`.
    private static let mostAttached = 10

    /// An empty database in memory, to which the ledgers are attached; being read-only, so are they.
    private static func connect() throws -> DatabaseQueue {
        SQLiteLibrary.prepare()
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(2)
        configuration.label = "ledgers"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0")
            for function in AuditFunctions.all { db.add(function: function) }
        }
        return try DatabaseQueue(path: ":memory:", configuration: configuration)
    }

    private static func open(
        _ ledger: Ledger, at path: String, keepsRoom most: Int, on connection: DatabaseQueue,
        _ attached: inout Set<Ledger>
    ) -> (LedgerStanding, LedgerCopy?) {
        do {
            try connection.writeWithoutTransaction {
                try visit(path, as: ledger.schema, stays: attached.count < most, in: $0)
            }
            if attached.count < most { attached.insert(ledger) }
            return (.open, nil)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            return openCopy(
                ledger, of: path, because: error, stays: attached.count < most, on: connection, &attached)
        } catch {
            return (.unreadable(reason(error)), nil)
        }
    }

    /// A file in WAL mode can be read only with its `-shm` beside it, or where one may be made. Where neither
    /// is so nobody is writing either, and a copy tells the same.
    private static func openCopy(
        _ ledger: Ledger, of path: String, because cause: DatabaseError, stays: Bool,
        on connection: DatabaseQueue,
        _ attached: inout Set<Ledger>
    ) -> (LedgerStanding, LedgerCopy?) {
        guard let copy = LedgerCopy(of: path) else { return (.unreadable(reason(cause)), nil) }
        do {
            try connection.writeWithoutTransaction {
                try visit(copy.path, as: ledger.schema, stays: stays, in: $0)
            }
            if stays { attached.insert(ledger) }
            return (.openAsCopy, copy)
        } catch {
            return (.unreadable(reason(error)), nil)
        }
    }

    private static func visit(_ path: String, as schema: String, stays: Bool, in db: Database) throws {
        try db.execute(sql: "ATTACH ? AS \(schema)", arguments: [path])
        do {
            _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(schema).sqlite_master")
        } catch {
            try? db.execute(sql: "DETACH \(schema)")  // what could not be read cannot be of use
            throw error
        }
        if !stays { try db.execute(sql: "DETACH \(schema)") }
    }

    private static func reason(_ error: any Error) -> String {
        (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
    }
}
