import GRDB

/// What the auditor copies out of one ledger before judging: a table of his own, with the columns that
/// matter.
///
/// Copies are taken in the direction in which orders travel. What a later ledger has, an earlier one must
/// have had before; so an order that moves on meanwhile is seen in one place at least, and an audit in the
/// middle of a run accuses nobody wrongly.
struct Testimony: Sendable {
    /// The table's name, `audit_…`.
    let name: String
    /// Names of the columns, in the order of the query.
    let columns: [String]
    let ledger: Ledger
    /// The tables and views that it is taken from.
    let sources: [String]
    /// What is asked. `:now` is the auditor's clock in microseconds.
    let query: String
    /// Columns by which it is searched; each gets an index.
    var keys: [String] = []
    /// Columns that say what is inside, as they are set in an `UPDATE` of the copy. What is inside never
    /// changes, and looking takes long; so it is done afterwards, in many short reads.
    var contents: String?

    /// An empty table, into which ``gather(_:from:arguments:)`` copies.
    func prepare(in db: Database) throws {
        try db.execute(sql: "CREATE TEMP TABLE IF NOT EXISTS \(name) (\(columns.joined(separator: ", ")))")
        try db.execute(sql: "DELETE FROM temp.\(name)")
        for key in keys {
            try db.execute(sql: "CREATE INDEX IF NOT EXISTS temp.\(name)_by_\(key) ON \(name) (\(key))")
        }
    }

    /// Copies what one ledger has, all of it as of one moment; nothing where it has no such tables yet.
    ///
    /// - Parameter testimonies: Of the same ledger.
    static func gather(
        _ testimonies: [Testimony], from ledgers: Ledgers, arguments: StatementArguments
    ) throws {
        let there = try testimonies.filter { try $0.isThere(in: ledgers) }
        try ledgers.look { db in
            try db.inTransaction(.deferred) {
                for testimony in there {
                    try db.execute(
                        sql: "INSERT INTO temp.\(testimony.name) \(testimony.query)", arguments: arguments)
                }
                return .commit
            }
        }
    }

    /// Looks inside what was copied.
    func compare(with ledgers: Ledgers) throws {
        guard let contents, try isThere(in: ledgers) else { return }
        let last = try ledgers.look {
            try Int64.fetchOne($0, sql: "SELECT max(rowid) FROM temp.\(name)") ?? 0
        }
        for first in stride(from: 0, to: last, by: Int64.Stride(Self.pageSize)) {
            try ledgers.look { db in
                try db.execute(
                    sql: "UPDATE temp.\(name) SET \(contents) WHERE rowid > ? AND rowid <= ?",
                    arguments: [first, first + Int64(Self.pageSize)])
            }
        }
    }

    /// Rows that are looked into in one read.
    private static let pageSize = 500

    func isThere(in ledgers: Ledgers) throws -> Bool {
        try sources.allSatisfy { try ledgers.hasTable($0, in: ledger) }
    }
}
