import GRDB

/// What the auditor copies out of one ledger before judging: a table of his own, with the columns that
/// matter.
///
/// Copies are taken ledger by ledger in the direction in which orders travel. What a later ledger has, an
/// earlier one must have had before; so an order that moves on meanwhile is seen in one place at least, and
/// an audit in the middle of a run accuses nobody wrongly. Each copy is one short read.
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

    /// An empty table, into which ``gather(from:arguments:)`` copies.
    func prepare(in db: Database) throws {
        try db.execute(sql: "CREATE TEMP TABLE IF NOT EXISTS \(name) (\(columns.joined(separator: ", ")))")
        try db.execute(sql: "DELETE FROM temp.\(name)")
        for key in keys {
            try db.execute(sql: "CREATE INDEX IF NOT EXISTS temp.\(name)_by_\(key) ON \(name) (\(key))")
        }
    }

    /// Copies what the ledger has; nothing where it has no such tables yet.
    func gather(from ledgers: Ledgers, arguments: StatementArguments) throws {
        for source in sources where try !ledgers.hasTable(source, in: ledger) { return }
        try ledgers.look { db in
            try db.execute(sql: "INSERT INTO temp.\(name) \(query)", arguments: arguments)
        }
    }
}
