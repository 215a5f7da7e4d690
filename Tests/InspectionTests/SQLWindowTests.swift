import Clockwork
import Foundation
import JSON
import Testing

@testable import Inspection

@Suite struct `The window for SQL` {
    private func window(
        on street: Street, personal: Bool = false, _ change: (inout SQLWindow.Limits) -> Void = { _ in }
    ) throws -> SQLWindow {
        var limits = SQLWindow.Limits()
        change(&limits)
        return try SQLWindow(
            on: try street.ledgers(), now: Street.evening, showsPersonal: personal, limits: limits)
    }

    @Test func `joins all ledgers`() throws {
        let answer = try window(on: try Street()).ask(
            """
            SELECT o.order_number, count(r.receipt_id) AS receipts FROM shop.submissions s
            JOIN oms.orders o USING (order_number) JOIN notify.deliveries d USING (order_number)
            JOIN partner_crm.received r ON r.event_id = d.event_id AND d.partner = 'crm' GROUP BY 1 ORDER BY 1
            """)

        #expect(answer.listing.rows == [["W-1", 1], ["W-2", 1]])
        #expect(answer.sqliteCommand?.hasPrefix("sqlite3 -readonly -header -column -cmd \"ATTACH '") == true)
    }

    @Test func `calls nothing lost that may lie in a queue which is not here`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2")
        #expect(try window(on: street).ask("SELECT order_number FROM lost").listing.rows == [["W-2"]])
        try street.remove(.broker)

        let window = try window(on: street)

        #expect(try window.ask("SELECT order_number FROM lost").listing.rows.isEmpty)
        #expect(
            try window.ask("SELECT verdict, place FROM audit ORDER BY order_number").listing.rows
                == [["ok", "stored"], ["not seen", "not seen"]])
    }

    @Test(arguments: [
        ("SELECT verdict, count(*) FROM audit GROUP BY 1", "[\"ok\",2]"),
        ("SELECT count(*) FROM lost", "[0]"),
        ("SELECT sent, acknowledged, stored, delivered FROM pipeline", "[2,2,2,6]"),
        ("SELECT DISTINCT sent_to_acknowledged_ms, accepted_to_delivered_ms FROM latency", "[4,100]"),
        ("SELECT count(*) FROM received", "[6]"),
    ])
    func `has views ready`(query: String, row: String) throws {
        let answer = try window(on: try Street()).ask(query)

        #expect(answer.listing.rows.map { JSONValue.array($0).text } == [row])
        #expect(answer.sqliteCommand == nil)
        #expect(!answer.hidPersonal)
    }

    @Test func `names an order that is lost`() throws {
        let street = try Street()
        try street.send("W-9")

        #expect(try window(on: street).ask("SELECT order_number FROM lost").listing.rows == [["W-9"]])
    }

    @Test func `keeps its views when a ledger is missing`() throws {
        let street = try Street()
        try street.remove(.broker)
        try street.remove(.notify)

        #expect(
            try window(on: street).ask("SELECT stored, delivered FROM pipeline").listing.rows == [[2, 0]])
    }

    @Test(arguments: [
        "DELETE FROM oms.orders", "UPDATE oms.orders SET total_minor = 0",
        "INSERT INTO shop.submissions DEFAULT VALUES",
        "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)", "CREATE TEMP VIEW v AS SELECT 1",
        "DROP TABLE oms.orders",
        "ATTACH 'new.db' AS fresh", "DETACH oms", "VACUUM", "VACUUM INTO 'new.db'", "BEGIN", "SAVEPOINT s",
        "REINDEX", "ANALYZE",
        "PRAGMA query_only = OFF", "PRAGMA writable_schema = ON", "PRAGMA oms.journal_mode = DELETE",
        "PRAGMA user_version = 9",
        "PRAGMA oms.wal_checkpoint", "PRAGMA temp_store_directory = '/tmp'", "PRAGMA foreign_keys = OFF",
        "SELECT load_extension('x')", "SELECT readfile('/etc/passwd')", "SELECT writefile('x', 'y')",
        "SELECT edit('x')",
        "SELECT fts3_tokenizer('simple')", "SELECT secret FROM broker.broker_secrets", "SELECT * FROM dbstat",
        "CREATE VIRTUAL TABLE temp.t USING fts5(x)", "EXPLAIN DELETE FROM oms.orders",
        "SELECT name FROM pragma_function_list", "SELECT sqlite_compileoption_get(1)",
    ])
    func `does nothing but read`(statement: String) throws {
        let street = try Street(orders: 1)
        let window = try window(on: street)
        let before = try FileManager.default.contentsOfDirectory(atPath: street.directory).sorted()

        #expect(throws: SQLFault.self) { try window.ask(statement) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: street.directory).sorted() == before)
        #expect(try window.ask("SELECT count(*) FROM oms.orders").listing.rows == [[1]])
    }

    @Test(arguments: [
        "PRAGMA oms.table_info('orders')", "SELECT name FROM pragma_table_info('orders')",
        "PRAGMA oms.integrity_check",
        "SELECT j.value FROM oms.rejections r, json_each(r.reasons) j",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) FROM n",
        "SELECT name FROM oms.sqlite_master", "SELECT * FROM oms.order_overview",
        "SELECT * FROM broker.queue_messages",
        "SELECT strftime('%Y', placed_at), sum(total_minor) OVER () FROM oms.orders", "VALUES (1)",
        "EXPLAIN SELECT 1",
    ])
    func `reads whatever is for reading`(statement: String) throws {
        _ = try window(on: try Street(orders: 1)).ask(statement)
    }

    @Test(arguments: ["SELECT 1; SELECT 2", "SELECT 1; DELETE FROM oms.orders"])
    func `takes one statement at a time`(statements: String) throws {
        let window = try window(on: try Street(orders: 0))

        #expect(throws: SQLFault.severalStatements) { try window.ask(statements) }
        #expect(try window.ask("SELECT 1; -- done\n;").listing.rows == [[1]])
    }

    @Test func `stops what takes too long, and goes on with the next`() throws {
        let window = try window(on: try Street(orders: 0)) { $0.time = .milliseconds(50) }

        #expect(throws: SQLFault.tookTooLong(seconds: 0)) {
            try window.ask(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
        }
        #expect(try window.ask("SELECT 1").listing.rows == [[1]])
    }

    @Test func `cuts off what is too much, and says so`() throws {
        let window = try window(on: try Street(orders: 0)) {
            $0.rows = 5
            $0.resultBytes = 1_000
        }
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9)"

        #expect(try window.ask("\(many) SELECT i FROM n").cut == "the first 5 rows")
        #expect(try window.ask("\(many) SELECT printf('%0600d', i) FROM n").listing.rows.count == 1)
        #expect(throws: SQLFault.self) { try window.ask("SELECT zeroblob(100000)") }
        #expect(throws: SQLFault.tooLong(bytes: 65_544, limit: 65_536)) {
            try window.ask("SELECT '" + String(repeating: "x", count: 65_535) + "'")
        }
    }

    @Test(arguments: [
        "SELECT customer_name FROM oms.orders", "SELECT customer_name FROM oms.order_overview",
        "SELECT document FROM oms.order_documents", "SELECT line1 FROM oms.order_addresses LIMIT 1",
        "SELECT json_extract(document, '$.customer.name') FROM oms.order_documents",
        "SELECT c FROM (SELECT customer_email AS c FROM oms.orders)",
        "SELECT max(customer_name) FROM oms.orders",
    ])
    func `keeps people's data to itself unless asked`(query: String) throws {
        let street = try Street(orders: 1)

        let masked = try window(on: street).ask(query),
            open = try window(on: street, personal: true).ask(query)

        #expect(masked.listing.rows == [[.null]])
        #expect(masked.hidPersonal)
        #expect(open.listing.rows[0][0] != .null)
        #expect(!open.hidPersonal)
    }

    @Test func `hides bodies in the queue, and still finds orders there`() throws {
        let street = try Street(orders: 0)
        try street.queue("W-1", Street.document("W-1"))

        #expect(
            try window(on: street).ask("SELECT order_number, body FROM broker.queue_messages").listing.rows
                == [["W-1", .null]])
    }

    @Test func `explains instead of doing`() throws {
        let answer = try window(on: try Street(orders: 1)).ask(
            "SELECT * FROM oms.orders WHERE order_number = 'W-1'", explaining: true)

        #expect(answer.listing.rows.contains { $0.contains { $0.shown.contains("SEARCH") } })
    }

    @Test func `tells apart columns of one name`() throws {
        #expect(
            try window(on: try Street(orders: 0)).ask("SELECT 1 AS a, 2 AS a").listing.columns == [
                "a", "a_2",
            ])
    }

    @Test func `reads more partners than SQLite attaches`() throws {
        let street = try Street(orders: 1, partners: (1...8).map { "p\($0)" })

        #expect(
            try window(on: street).ask("SELECT count(DISTINCT partner) FROM received").listing.rows == [[8]])
    }
}
