import Clockwork
import GRDBSQLite
import JSON

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A shell over all ledgers at once, for statements of anybody's, which can do nothing but read.
///
/// Four locks, each enough: the files are opened read-only, `query_only` is on, an authorizer allows reads of
/// named tables and a list of functions, and nothing more can be attached. SQLite's defensive mode guards
/// ways of writing and so would guard nothing here.
package final class SQLWindow {
    /// How much one statement may cost.
    package struct Limits: Sendable {
        package var rows = 10_000
        package var resultBytes = 16 << 20
        package var statementBytes = 64 << 10
        package var time = Duration.seconds(5)

        package init() {}
    }

    /// What a statement came to.
    package struct Answer: Sendable {
        package var listing: Listing
        /// Which limit cut the listing short, in words; nil when it is whole.
        package var cut: String?
        /// Columns with personal data were asked for and left empty.
        package var hidPersonal: Bool
        /// The same question to the sqlite3 program; nil where it asks for views that only this window has.
        package var sqliteCommand: String?
    }

    private let ledgers: Ledgers
    private let connection: SQLConnection
    private let permit: SQLPermit
    private let limits: Limits
    private let clock: Deadline

    /// - Parameter showsPersonal: Whether names, addresses and documents may be read.
    package init(
        on ledgers: Ledgers, now: Timestamp, showsPersonal: Bool = false, limits: Limits = Limits(),
        time: any TimeSource = SystemTime()
    ) throws {
        self.ledgers = ledgers
        self.limits = limits
        clock = Deadline(time)
        connection = try SQLConnection()
        try Self.furnish(connection, with: ledgers, now: now)
        permit = SQLPermit(readable: try Self.readable(connection), showsPersonal: showsPersonal)
        lock()
    }

    deinit {
        sqlite3_set_authorizer(connection.handle, nil, nil)
        sqlite3_progress_handler(connection.handle, 0, nil, nil)
    }

    /// Asks one statement.
    ///
    /// - Parameter explaining: Tells how SQLite would go about it instead.
    package func ask(_ sql: String, explaining: Bool = false) throws(SQLFault) -> Answer {
        guard sql.utf8.count <= limits.statementBytes else {
            throw .tooLong(bytes: sql.utf8.count, limit: limits.statementBytes)
        }
        permit.forget()
        clock.set(limits.time)
        let statement = try prepare((explaining ? "EXPLAIN QUERY PLAN " : "") + sql)
        defer { sqlite3_finalize(statement) }
        let (listing, cut) = try rows(of: statement)
        return Answer(
            listing: listing, cut: cut, hidPersonal: permit.hidSomething,
            sqliteCommand: sqliteCommand(for: sql))
    }

    private func prepare(_ sql: String) throws(SQLFault) -> OpaquePointer? {
        var statement: OpaquePointer?, code = SQLITE_OK, rest = ""
        sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            code = sqlite3_prepare_v2(connection.handle, text, -1, &statement, &tail)
            rest = tail.map { String(cString: $0) } ?? ""
        }
        guard code == SQLITE_OK else { throw fault(code) }
        guard Self.isBlank(rest) else {
            sqlite3_finalize(statement)
            throw .severalStatements
        }
        guard statement == nil || sqlite3_stmt_readonly(statement) != 0 else {
            sqlite3_finalize(statement)
            throw .refused("Only reading is allowed")
        }
        return statement
    }

    private func rows(of statement: OpaquePointer?) throws(SQLFault) -> (Listing, String?) {
        let columns = (0..<sqlite3_column_count(statement)).map {
            String(cString: sqlite3_column_name(statement, $0))
        }
        var listing = Listing(columns: Self.distinct(columns))
        var bytes = 0
        while statement != nil {
            let code = sqlite3_step(statement)
            guard code == SQLITE_ROW else {
                if code == SQLITE_DONE { break }
                throw fault(code)
            }
            guard listing.rows.count < limits.rows else { return (listing, "the first \(limits.rows) rows") }
            let row = columns.indices.map { Self.value(statement, Int32($0)) }
            bytes += row.reduce(0) { $0 + $1.shown.utf8.count }
            guard bytes <= limits.resultBytes else {
                return (listing, "the first \(listing.rows.count) rows, \(limits.resultBytes >> 20) MiB")
            }
            listing.rows.append(row)
        }
        return (listing, nil)
    }

    private func fault(_ code: Int32) -> SQLFault {
        if code == SQLITE_INTERRUPT { return .tookTooLong(seconds: Int(limits.time.components.seconds)) }
        if let refusal = permit.refusal { return .refused(refusal) }
        return .failed(connection.message)
    }

    private static func value(_ statement: OpaquePointer?, _ column: Int32) -> JSONValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT:
            let number = sqlite3_column_double(statement, column)
            return number.isFinite ? .number("\(number)") : .null
        case SQLITE_NULL: return .null
        default:
            let bytes = sqlite3_column_blob(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            return .string(
                String(
                    decoding: UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count),
                    as: UTF8.self))
        }
    }

    /// Members of an object need names of their own.
    private static func distinct(_ names: [String]) -> [String] {
        var seen: [String: Int] = [:]
        return names.map { name in
            seen[name, default: 0] += 1
            return seen[name] == 1 ? name : "\(name)_\(seen[name] ?? 0)"
        }
    }

    private static func isBlank(_ sql: String) -> Bool {
        sql.split(whereSeparator: \.isNewline).allSatisfy { line in
            let text = line.drop { $0.isWhitespace || $0 == ";" }
            return text.isEmpty || text.hasPrefix("--")
        }
    }
}

// MARK: - Furnishing

extension SQLWindow {
    /// Attaches the ledgers and hangs the views. Partners beyond what SQLite attaches are copied into
    /// `received`.
    private static func furnish(_ connection: SQLConnection, with ledgers: Ledgers, now: Timestamp) throws {
        try connection.execute("PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0")
        var receipts: [String] = []
        for (place, open) in ledgers.openPaths.enumerated() {
            let schema = open.ledger.schema
            try connection.execute("ATTACH \(quoted(open.path)) AS \(schema)")
            guard case .partner(let name) = open.ledger, try ledgers.hasTable("received", in: open.ledger)
            else { continue }
            let columns = """
                \(quoted(name)) AS partner, receipt_id, event_id, order_number, event_type, received_at, answered_status,
                body_sha256, first_time
                """
            if place < mostAttached {
                receipts.append("SELECT \(columns) FROM \(schema).received")
            } else {
                try connection.execute(
                    "CREATE TEMP TABLE received_\(schema) AS SELECT \(columns) FROM \(schema).received; DETACH \(schema)"
                )
                receipts.append("SELECT * FROM received_\(schema)")
            }
        }
        if !receipts.isEmpty {
            try connection.execute(
                "CREATE TEMP VIEW received AS \(receipts.joined(separator: " UNION ALL "))")
        }
        for view in try SQLViews.foundation(for: ledgers, now: now) + SQLViews.offered(of: ledgers) {
            try connection.execute("CREATE TEMP VIEW \(view.name) AS \(view.sql)")
        }
    }

    /// One less than SQLite allows, so that the rest can be visited in turn.
    private static let mostAttached = 9

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    /// Every table and view there is, but for those that hold keys; schemas in the order in which SQLite
    /// looks for a name.
    private static func readable(_ connection: SQLConnection) throws(SQLFault) -> [(
        schema: String, names: Set<String>
    )] {
        var readable: [(schema: String, names: Set<String>)] = []
        let attached = try texts(
            connection, "SELECT name FROM pragma_database_list WHERE name NOT IN ('temp', 'main')")
        for schema in ["temp", "main"] + attached {
            let names = try texts(
                connection, "SELECT name FROM \(schema).sqlite_master WHERE type IN ('table', 'view')")
            readable.append((schema, Set(names).subtracting(SQLPermit.secret).union(catalogues)))
        }
        return readable
    }

    private static let catalogues = [
        "sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema",
    ]

    private static func texts(_ connection: SQLConnection, _ sql: String) throws(SQLFault) -> [String] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection.handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw .failed(connection.message)
        }
        defer { sqlite3_finalize(statement) }
        var texts: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            if let text = sqlite3_column_text(statement, 0) { texts.append(String(cString: text)) }
        }
        return texts
    }

    private func lock() {
        let handle = connection.handle
        // They are made at first use, which the authorizer would not let pass.
        for function in SQLPermit.tableFunctions.sorted() {
            sqlite3_exec(handle, "SELECT 1 FROM \(function) LIMIT 0", nil, nil, nil)
        }
        sqlite3_exec(handle, "PRAGMA query_only = ON", nil, nil, nil)
        sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0)
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(limits.resultBytes))
        sqlite3_limit(handle, SQLITE_LIMIT_SQL_LENGTH, Int32(limits.statementBytes + 64))
        sqlite3_limit(handle, SQLITE_LIMIT_EXPR_DEPTH, 200)
        permit.watch(connection)
        sqlite3_progress_handler(
            handle, 1_000,
            { context in
                guard let context else { return 1 }
                return Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().hasPassed ? 1 : 0
            }, Unmanaged.passUnretained(clock).toOpaque())
    }

    /// When a statement must be done.
    private final class Deadline {
        private let time: any TimeSource
        private var end = Duration.zero

        init(_ time: any TimeSource) { self.time = time }

        func set(_ span: Duration) { end = time.uptime + span }

        var hasPassed: Bool { time.uptime > end }
    }

    private func sqliteCommand(for sql: String) -> String? {
        guard !permit.schemas.contains("temp") else { return nil }
        let attached = ledgers.openPaths.filter { permit.schemas.contains($0.ledger.schema) }
        let commands = attached.map {
            " -cmd \(shell("ATTACH \(Self.quoted($0.path)) AS \($0.ledger.schema)"))"
        }.joined()
        return "sqlite3 -readonly -header -column\(commands) :memory: \(shell(Self.trimmed(sql)))"
    }

    private static func trimmed(_ text: String) -> String {
        let characters = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
        return String(characters.reversed())
    }

    private func shell(_ text: String) -> String {
        "\""
            + text.reduce(into: "") { quoted, character in
                if "\"\\$`".contains(character) { quoted.append("\\") }
                quoted.append(character)
            } + "\""
    }
}
