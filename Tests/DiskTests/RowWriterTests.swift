import Foundation
import GRDB
import Testing

@testable import Disk

@Suite struct `A writer of rows` {
    private let database: DatabaseQueue

    init() throws {
        database = try DatabaseQueue()
        try database.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE rows (
                      number INTEGER PRIMARY KEY, text TEXT NOT NULL CHECK (text <> 'no'), bytes BLOB NOT NULL
                    ) STRICT
                    """)
        }
    }

    @Test func `writes numbers, texts and bytes as they are, empty ones too`() throws {
        let texts = ["", "tea", "Grüße, 你好 🫖", "a\u{0}b", String(repeating: "long", count: 100)]
        let bytes: [[UInt8]] = [[], [0], Array(0...255), [0xFF, 0xFE], Array(repeating: 7, count: 1 << 20)]

        try database.write { db in
            let rows = try writer(in: db)
            for (number, (text, bytes)) in zip(texts, bytes).enumerated() {
                try write(Int64(number) - 1, text, bytes, by: rows)
            }
        }

        let written = try database.read { db in
            let rows = try Row.fetchCursor(db, sql: "SELECT number, text, bytes FROM rows ORDER BY number")
            return try Array(
                rows.map { row in
                    (
                        row[0] as Int64, try text(in: row),
                        try row.withUnsafeData(atIndex: 2) { [UInt8]($0 ?? Data()) }
                    )
                })
        }
        #expect(written.map(\.0) == [-1, 0, 1, 2, 3])
        #expect(written.map(\.1) == texts)
        #expect(written.map(\.2) == bytes)
    }

    @Test func `throws what SQLite says against a row, and writes the next`() throws {
        try database.write { db in
            let rows = try writer(in: db)
            try write(1, "one", [1], by: rows)

            let twice = #expect(throws: DatabaseError.self) { try write(1, "one", [1], by: rows) }
            let unsound = #expect(throws: DatabaseError.self) { try write(2, "no", [2], by: rows) }
            try write(2, "two", [2], by: rows)

            #expect(twice?.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY)
            #expect(unsound?.resultCode == .SQLITE_CONSTRAINT && unsound?.message?.contains("text") == true)
            #expect(try String.fetchAll(db, sql: "SELECT text FROM rows ORDER BY number") == ["one", "two"])
        }
    }

    /// Past a NUL, too.
    private func text(in row: Row) throws -> String {
        try row.withUnsafeData(atIndex: 1) { String(decoding: $0 ?? Data(), as: UTF8.self) }
    }

    private func writer(in db: Database) throws -> RowWriter {
        try RowWriter("INSERT INTO rows (number, text, bytes) VALUES (?, ?, ?)", in: db)
    }

    private func write(_ number: Int64, _ text: String, _ bytes: [UInt8], by rows: RowWriter) throws {
        rows.bind(number, at: 1)
        rows.bind(text, at: 2)
        rows.bind(bytes, at: 3)
        try rows.write()
    }
}
