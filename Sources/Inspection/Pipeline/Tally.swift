import GRDB

/// A sum over a log that only grows: rows that will not change any more are counted once.
struct Tally {
    private var settledTo: Int64 = 0
    private var sums: [Int] = []

    /// Rows at the end of a log that are read again each time, for their answers may still come.
    private static let unsettled: Int64 = 20_000

    /// Sums up columns over the whole table, of which only the end is read.
    ///
    /// - Parameter columns: Conditions; each answer is how many rows fulfil it.
    mutating func advance(
        over table: String, key: String, columns: [String],
        where condition: (String, StatementArguments) = ("1", []),
        in db: Database
    ) throws -> [Int] {
        if sums.isEmpty { sums = columns.map { _ in 0 } }
        let selected = columns.map { "coalesce(sum(\($0)), 0)" }.joined(separator: ", ")
        func sum(from: Int64, to: Int64) throws -> [Int] {
            let row = try Row.fetchOne(
                db,
                sql: "SELECT \(selected) FROM \(table) WHERE \(key) > ? AND \(key) <= ? AND \(condition.0)",
                arguments: [from, to] + condition.1)
            return columns.indices.map { row?[$0] ?? 0 }
        }
        let last = try Int64.fetchOne(db, sql: "SELECT max(\(key)) FROM \(table)") ?? 0
        let settled = max(settledTo, last - Self.unsettled)
        if settled > settledTo {
            sums = zip(sums, try sum(from: settledTo, to: settled)).map(+)
            settledTo = settled
        }
        return zip(sums, try sum(from: settledTo, to: last)).map(+)
    }
}
