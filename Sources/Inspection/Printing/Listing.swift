import GRDB
import JSON

/// An answer in rows and columns, whatever it is printed as.
///
/// Names of columns are the names of members in JSON.
package struct Listing: Hashable, Sendable {
    package var columns: [String]
    /// As many values in each row as there are columns.
    package var rows: [[JSONValue]]
    /// Where the next page begins; nil when there is none.
    package var next: String?

    package init(columns: [String], rows: [[JSONValue]] = [], next: String? = nil) {
        self.columns = columns
        self.rows = rows
        self.next = next
    }

    /// Each row as an object, in the order of the columns.
    package var objects: [JSONValue] {
        rows.map { row in
            var object = JSONObject()
            for (name, value) in zip(columns, row) { object[name] = value }
            return .object(object)
        }
    }

    /// Only these columns, in this order.
    ///
    /// - Throws: ``UnknownColumn`` for a name that is not there.
    package func columns(_ names: [String]) throws(UnknownColumn) -> Listing {
        var places: [Int] = []
        for name in names {
            guard let place = columns.firstIndex(of: name) else {
                throw UnknownColumn(name: name, known: columns)
            }
            places.append(place)
        }
        return Listing(columns: names, rows: rows.map { row in places.map { row[$0] } }, next: next)
    }

    /// A column that a listing does not have.
    package struct UnknownColumn: Error, Hashable, CustomStringConvertible {
        let name: String
        let known: [String]

        package var description: String {
            "There is no column \(name). There are: \(known.joined(separator: ", "))."
        }
    }
}

extension Listing {
    /// What a query answers, columns named as the query names them.
    static func fetch(
        _ db: Database, sql: String, arguments: StatementArguments = StatementArguments()
    ) throws -> Listing {
        let statement = try db.cachedStatement(sql: sql)
        let columns = statement.columnNames
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        var rows: [[JSONValue]] = []
        while let row = try cursor.next() {
            rows.append(columns.indices.map { JSONValue(row.databaseValue(at: $0)) })
        }
        return Listing(columns: columns, rows: rows)
    }
}

extension Row {
    fileprivate func databaseValue(at place: Int) -> DatabaseValue { self[place] }
}

extension JSONValue {
    /// A value of SQLite's; bytes that are no text show as U+FFFD.
    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = number.isFinite ? .number("\(number)") : .null
        case .string(let text): self = .string(text)
        case .blob(let data): self = .string(String(decoding: data, as: UTF8.self))
        }
    }
}
