import Clockwork
import GRDB
import Orders
import Testing

@testable import OMS

@Suite struct `The order database` {
    @Test func `is what its printed schema says`() throws {
        let books = try OrderBooks()
        let printed = try DatabaseQueue()
        try printed.write { try $0.execute(sql: OrderSchema.text) }
        let objects = """
            SELECT type, name, sql FROM sqlite_schema
            WHERE name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations' ORDER BY type, name
            """
        let rows = """
            SELECT code || minor_digits || name FROM currencies UNION ALL SELECT status || is_final || meaning
            FROM order_statuses UNION ALL SELECT from_status || to_status FROM status_transitions ORDER BY 1
            """

        let written = try books.values(objects)
        let fromPrint = try printed.read { db in
            try Row.fetchAll(db, sql: objects).map {
                "\($0[0] as String)|\($0[1] as String)|\($0[2] as String)"
            }
        }
        let rowsFromPrint = try printed.read { try String.fetchAll($0, sql: rows) }

        #expect(written.count > 30)
        #expect(written == fromPrint)
        #expect(try books.values(rows) == rowsFromPrint)
    }

    @Test func `names itself to whoever finds the file`() throws {
        let books = try OrderBooks()

        #expect(try books.values("PRAGMA application_id") == ["\(0x4F4D_5331)"])
        #expect(try books.values("PRAGMA user_version") == ["1"])
    }

    @Test(arguments: [("JPY", 0), ("EUR", 2), ("KWD", 3)])
    func `knows how finely a currency is divided`(code: String, digits: Int) throws {
        let books = try OrderBooks()

        #expect(
            try books.values("SELECT minor_digits FROM currencies WHERE code = '\(code)'") == ["\(digits)"])
    }

    @Test(arguments: [("JPY", "JPY 4630"), ("EUR", "EUR 46.30"), ("KWD", "KWD 4.630"), ("CLF", "CLF 0.4630")])
    func `shows a total as its currency writes it`(currency: String, total: String) throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample(currency: currency).text))

        #expect(try books.values("SELECT total FROM order_overview") == [total])
    }

    @Test(arguments: [
        ("UPDATE order_events SET actor = 'nobody'", "append-only"),
        ("DELETE FROM order_events", "append-only"),
        ("UPDATE orders SET total_minor = total_minor + 1", "CHECK"),
        ("UPDATE orders SET total_minor = 12.50", "REAL"),
        ("UPDATE order_lines SET quantity = 0", "CHECK"),
        ("UPDATE orders SET placed_at = '2026-11-22 12:00'", "CHECK"),
        ("UPDATE orders SET status = 'new'", "status_transitions"),
        ("UPDATE orders SET status = 'lost'", "status_transitions"),
        ("UPDATE outbox SET published_at = '2026-11-22T12:00:00.000Z'", "CHECK"),
        (
            "INSERT INTO outbox (event_id, order_number, partition_key, payload, created_at) "
                + "VALUES ('W-1_order-note_1', 'W-1', 'W-1', '{}', 'now')", "FOREIGN KEY"
        ),
        (
            "INSERT INTO order_events (event_id, order_number, type, from_status, to_status, occurred_at, actor) "
                + "VALUES ('e', 'W-1', 'order.accepted', 'cancelled', 'accepted', '2026-11-22T12:00:00.000Z', 'x')",
            "FOREIGN KEY"
        ),
    ])
    func `refuses what must not be, whoever asks`(sql: String, because: String) throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))

        let refusal = #expect(throws: DatabaseError.self) { try books.execute(sql) }

        #expect(refusal?.message?.contains(because) == true, "\(refusal?.message ?? "")")
    }

    @Test func `lets an order take the steps that exist`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))

        try books.execute("UPDATE orders SET status = 'on_hold'; UPDATE orders SET status = 'cancelled'")

        #expect(try books.values("SELECT status FROM orders") == ["cancelled"])
    }

    @Test func `finds an order whose rows disagree`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))
        #expect(try books.store.problems() == [])

        try books.execute(
            """
            DELETE FROM order_lines WHERE line_number = 2; UPDATE orders SET status = 'completed';
            DELETE FROM outbox
            """)

        #expect(
            try books.values("SELECT problem FROM order_checks ORDER BY 1") == [
                "accepted but no outbox row", "items_minor <> sum of lines", "line_count differs",
                "status is not the last event's to_status",
            ])
    }

    @Test func `is there again after a restart, and gains a currency that it lacked`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))
        try books.execute("DELETE FROM currencies WHERE code = 'JPY'")

        let again = try books.reopened()
        defer { again.close() }

        #expect(try again.count("orders") == 1)
        #expect(try again.values("SELECT name FROM currencies WHERE code = 'JPY'") == ["Yen"])
    }
}
