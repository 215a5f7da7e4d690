import Clockwork
import Disk
import GRDB
import Orders

@testable import OMS

/// An order database of a test's own.
final class OrderBooks: Sendable {
    private let directory = TemporaryDirectory()
    let store: OrderStore

    init(witness: (any CommitWitness)? = nil) throws {
        store = try OrderStore(in: Storage(directory: directory.path, witness: witness))
    }

    deinit {
        store.close()
    }

    @discardableResult
    func decide(_ messages: JudgedMessage..., as actor: String = "oms", now: Timestamp = .noon) throws
        -> [Decision]
    {
        try store.decide(about: messages, as: actor, now: now)
    }

    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> [String: DatabaseValue] {
        try store.row(sql, arguments)
    }

    func values(_ sql: String) throws -> [String] {
        try store.values(sql)
    }

    func count(_ table: String) throws -> Int { try store.count(table) }

    func execute(_ sql: String) throws {
        try store.disk.write { try $0.execute(sql: sql) }
    }

    func reopened() throws -> OrderStore {
        store.close()
        return try OrderStore(in: Storage(directory: directory.path))
    }
}

extension OrderStore {
    /// The only row that a query finds.
    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> [String: DatabaseValue] {
        try disk.read { db in
            let rows = try Row.fetchAll(db, sql: sql, arguments: arguments)
            guard rows.count == 1 else { return ["rows": rows.count.databaseValue] }
            return Dictionary(uniqueKeysWithValues: rows[0].map { ($0, $1) })
        }
    }

    /// Each row as text, its columns apart by a bar.
    func values(_ sql: String) throws -> [String] {
        try disk.read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.map { column in
                    switch column.1.storage {
                    case .null: "-"
                    case .int64(let number): "\(number)"
                    case .double(let number): "\(number)"
                    case .string(let text): text
                    case .blob: "blob"
                    }
                }.joined(separator: "|")
            }
        }
    }

    func count(_ table: String) throws -> Int {
        try disk.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)")! }
    }

    /// Rows of every table about orders, and what the checks find.
    func problems() throws -> [String] {
        try values("SELECT * FROM order_checks") + values("PRAGMA foreign_key_check")
            + values("PRAGMA integrity_check").filter { $0 != "ok" }
    }
}
