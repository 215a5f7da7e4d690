import GRDBSQLite

/// What a statement from outside may touch: SQLite asks it about every table, column, function and pragma
/// while it prepares.
final class SQLPermit {
    /// Tables and views that may be read, by schema; schemas in the order in which SQLite looks for a name.
    private let readable: [(schema: String, names: Set<String>)]
    private let showsPersonal: Bool
    /// What was refused first.
    private(set) var refusal: String?
    /// True once a column with personal data was asked for and answered with nothing.
    private(set) var hidSomething = false
    /// Schemas that were read.
    private(set) var schemas: Set<String> = []

    /// - Parameter showsPersonal: Whether names, addresses and documents may be read.
    init(readable: [(schema: String, names: Set<String>)], showsPersonal: Bool) {
        self.readable = readable
        self.showsPersonal = showsPersonal
    }

    /// Begins to watch a connection. The connection must not outlive this.
    func watch(_ connection: SQLConnection) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_set_authorizer(
            connection.handle,
            { context, action, first, second, schema, accessor in
                guard let context else { return SQLITE_DENY }
                return Unmanaged<SQLPermit>.fromOpaque(context).takeUnretainedValue().decide(
                    action, first.map { String(cString: $0) }, second.map { String(cString: $0) },
                    schema: schema.map { String(cString: $0) }, accessor: accessor.map { String(cString: $0) }
                )
            }, context)
    }

    func forget() {
        refusal = nil
        hidSomething = false
        schemas = []
    }

    private func decide(
        _ action: Int32, _ first: String?, _ second: String?, schema: String?, accessor: String?
    ) -> Int32 {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE: SQLITE_OK
        case SQLITE_READ: read(first ?? "", column: second ?? "", schema: schema, accessor: accessor)
        case SQLITE_FUNCTION: call(second ?? "")
        case SQLITE_PRAGMA: pragma(first ?? "", value: second)
        case SQLITE_ATTACH: refuse("ATTACH is not allowed")
        case SQLITE_DETACH: refuse("DETACH is not allowed")
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: refuse("Transactions are not allowed")
        default: refuse("Only reading is allowed")
        }
    }

    private func read(_ table: String, column: String, schema: String?, accessor: String?) -> Int32 {
        if Self.tableFunctions.contains(table.lowercased()) { return SQLITE_OK }
        guard let schema else { return readNothing(of: table) }
        guard readable.contains(where: { $0.schema == schema && $0.names.contains(table) }) else {
            return refuse("\(schema).\(table) is not for reading")
        }
        schemas.insert(schema)
        guard !showsPersonal, Self.personal[table]?.contains(column) == true, !Self.masking(accessor) else {
            return SQLITE_OK
        }
        hidSomething = true
        return SQLITE_IGNORE  // reads as NULL
    }

    /// A table that is named without a schema and of which no column is read, or a name that the statement
    /// itself has made.
    private func readNothing(of name: String) -> Int32 {
        if let place = readable.first(where: { $0.names.contains(name) }) { schemas.insert(place.schema) }
        return Self.secret.contains(name) ? refuse("\(name) is not for reading") : SQLITE_OK
    }

    private func call(_ function: String) -> Int32 {
        Self.functions.contains(function.lowercased())
            ? SQLITE_OK : refuse("The function \(function) is not allowed")
    }

    private func pragma(_ name: String, value: String?) -> Int32 {
        let name = name.lowercased()
        if Self.pragmasOfTables.contains(name) || value == nil && Self.pragmasWithoutValue.contains(name) {
            return SQLITE_OK
        }
        return refuse("PRAGMA \(name) is not allowed")
    }

    private func refuse(_ words: String) -> Int32 {
        if refusal == nil { refusal = words }
        return SQLITE_DENY
    }

    /// Views of the house that read personal columns without showing them, or under a name that is hidden
    /// itself.
    private static func masking(_ accessor: String?) -> Bool {
        accessor == "order_overview" || accessor == "queue_messages" || accessor == "message_edits"
    }

    /// Tables that hold keys.
    static let secret: Set = ["broker_secrets"]

    /// Columns that tell who somebody is.
    private static let personal: [String: Set<String>] = [
        "orders": ["customer_name", "customer_email"],
        "order_overview": ["customer_name"],
        "order_addresses": ["name", "company", "line1", "line2", "postal_code", "phone"],
        "order_documents": ["document"],
        "rejections": ["document"],
        "message_bodies": ["body"],
        "edited_messages": ["former_body", "body"],
        "message_edits": ["former_body", "body"],
        "queue_messages": ["body"],
        "outgoing": ["document"],
    ]

    /// Read like tables, but made of their arguments, or of what may be known about tables.
    static let tableFunctions: Set = [
        "json_each", "json_tree", "pragma_table_info", "pragma_table_xinfo", "pragma_table_list",
        "pragma_index_list",
        "pragma_index_info", "pragma_foreign_key_list", "pragma_database_list",
    ]

    private static let pragmasOfTables: Set = [
        "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
        "foreign_key_list",
        "foreign_key_check", "integrity_check", "quick_check",
    ]

    private static let pragmasWithoutValue: Set = [
        "database_list", "collation_list", "application_id", "user_version", "page_count", "page_size",
        "freelist_count",
        "encoding", "data_version", "compile_options",
    ]

    /// Source: SQLite, "Built-In Scalar SQL Functions" and its sister pages; without those that reach outside
    /// or make noise.
    private static let functions: Set = [
        "abs", "char", "coalesce", "concat", "concat_ws", "format", "glob", "hex", "ifnull", "iif", "instr",
        "length", "like",
        "likelihood", "likely", "lower", "ltrim", "max", "min", "nullif", "octet_length", "printf", "quote",
        "random",
        "replace", "round", "rtrim", "sign", "sqlite_version", "substr", "substring", "trim", "typeof",
        "unhex", "unicode",
        "unlikely", "upper", "zeroblob",
        "date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff", "current_date",
        "current_time",
        "current_timestamp",
        "avg", "count", "group_concat", "string_agg", "sum", "total",
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
        "first_value", "last_value",
        "nth_value",
        "json", "json_array", "json_array_length", "json_extract", "json_group_array", "json_group_object",
        "json_object",
        "json_patch", "json_pretty", "json_quote", "json_remove", "json_replace", "json_set", "json_insert",
        "json_type",
        "json_valid", "json_error_position", "->", "->>",
        "acos", "asin", "atan", "atan2", "ceil", "ceiling", "cos", "degrees", "exp", "floor", "ln", "log",
        "log10", "log2",
        "mod", "pi", "pow", "power", "radians", "sin", "sqrt", "tan", "trunc",
    ]
}
