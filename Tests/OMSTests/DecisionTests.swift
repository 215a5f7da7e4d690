import Clockwork
import Disk
import JSON
import Orders
import Testing

@testable import OMS

@Suite struct `A sound order` {
    @Test func `is kept with everything that belongs to it`() throws {
        let books = try OrderBooks()
        let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")!
        let discount = Order.Discount(code: "HELLO", description: "First order", amountMinor: 300)
        let order = Order.sample(discounts: [discount])

        let decisions = try books.decide(
            .saying(order.textWrittenAnew, receiveCount: 2, trace: trace), as: "oms#2")

        #expect(decisions == [.accepted])
        #expect(
            try books.values(
                """
                SELECT order_number, idempotency_key, status, line_count, unit_count, items_minor, discount_minor,
                  total_minor, accepted_at, version FROM orders
                """) == ["W-1|web:W-1|accepted|2|4|4180|300|4330|2026-11-22T12:00:00.000Z|1"])
        #expect(
            try books.values("SELECT line_number, sku, quantity, total_minor FROM order_lines ORDER BY 1")
                == ["1|MUG-01|3|2985", "2|MUG-01|1|1195"])
        #expect(
            try books.values("SELECT kind, city, country FROM order_addresses ORDER BY 1")
                == ["billing|Dublin|IE", "shipping|Dublin|IE"])
        #expect(
            try books.values("SELECT position, code, amount_minor FROM order_discounts") == ["1|HELLO|300"])
        #expect(try books.values("SELECT document FROM order_documents") == [order.textWrittenAnew])
        #expect(
            try books.values("SELECT type, from_status, to_status, actor, trace_id, detail FROM order_events")
                == [
                    "order.accepted|new|accepted|oms#2|\(trace.traceID)|{\"message_id\":\"m-1\",\"receive_count\":2}"
                ])
        #expect(
            try books.values(
                "SELECT idempotency_key, order_number, outcome, first_message_id, deliveries FROM inbox")
                == ["web:W-1|W-1|accepted|m-1|1"])
        #expect(try books.store.problems() == [])
    }

    @Test func `leaves its event in the outbox, word for word what the stream will hear`() throws {
        let books = try OrderBooks()
        let order = Order.sample()

        try books.decide(.saying(order.text))

        let event = OrderEvent.accepted(order, at: .noon, trace: nil)
        #expect(
            try books.store.unpublished(after: 0, limit: 10) == [
                OutboxEntry(
                    sequence: 1, eventID: event.id.rawValue, partitionKey: "W-1", payload: event.payload)
            ])
        #expect(try books.values("SELECT stream_state FROM order_overview") == ["waiting"])
    }

    @Test func `is kept once, however often and in whatever shape it comes`() throws {
        let books = try OrderBooks()
        let order = Order.sample()
        try books.decide(.saying(order.text, id: "m-1"))

        let again = try books.decide(
            .saying(order.text, id: "m-1"), .saying(order.textWrittenAnew, id: "m-2"))

        #expect(again == [.repeated(deliveries: 2), .repeated(deliveries: 3)])
        #expect(try books.values("SELECT document FROM order_documents") == [order.text])
        #expect(try books.count("outbox") == 1)
        #expect(try books.count("rejections") == 0)
        #expect(
            try books.values("SELECT event_id, type FROM order_events ORDER BY event_seq") == [
                "W-1_order-accepted_1|order.accepted", "W-1_order-repeat_received_1|order.repeat_received",
                "W-1_order-repeat_received_2|order.repeat_received",
            ])
        #expect(
            try books.values("SELECT stored, rejected, conflicts, repeats FROM intake_totals") == ["1|0|0|2"])
    }

    @Test func `is kept once when it comes twice in one batch`() throws {
        let books = try OrderBooks()
        let order = Order.sample()

        let decisions = try books.decide(.saying(order.text, id: "m-1"), .saying(order.text, id: "m-2"))

        #expect(decisions == [.accepted, .repeated(deliveries: 2)])
    }
}

@Suite struct `A known order with other content` {
    @Test(arguments: ["web:W-1", "web:other"])
    func `is a conflict, and the order stays as it was`(key: String) throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))
        let before = try books.values("SELECT * FROM orders")
        let other = Order.sample(key: key, price: 1_095)

        let decisions = try books.decide(.saying(other.text, id: "m-2"))

        #expect(decisions == [.conflicting])
        #expect(try books.values("SELECT * FROM orders") == before)
        #expect(try books.count("order_lines") == 2)
        #expect(try books.count("outbox") == 1)
        #expect(
            try books.values(
                """
                SELECT order_number, idempotency_key, message_id, json_extract(reasons, '$[0].code'),
                  json_extract(reasons, '$[0].path'), document FROM rejections
                """) == ["W-1|\(key)|m-2|conflict|/order_number|\(other.text)"])
        #expect(
            try books.values(
                "SELECT event_id, json_extract(detail, '$.rejection_id') FROM order_events WHERE event_seq = 2"
            )
                == ["W-1_order-conflict_received_1|1"])
        #expect(try books.store.problems() == [])
    }

    @Test(arguments: ["web:W-1", "web:other"])
    func `is on record once, however often it comes`(key: String) throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))
        let other = Order.sample(key: key, price: 1_095)
        try books.decide(.saying(other.text, id: "m-2"))

        let again = try books.decide(
            .saying(other.text, id: "m-2"), .saying(other.textWrittenAnew, id: "m-3"))

        #expect(again == [.repeated(deliveries: 2), .repeated(deliveries: 3)])
        #expect(try books.count("rejections") == 1)
        #expect(try books.count("order_events") == 2)
    }

    @Test func `is one conflict for each content`() throws {
        let books = try OrderBooks()
        let contents: [Int64] = [995, 1_095, 1_195]

        let decisions = try contents.map { price in
            try books.decide(.saying(Order.sample(price: price).text, id: "m-\(price)"))[0]
        }

        #expect(decisions == [.accepted, .conflicting, .conflicting])
        #expect(try books.count("rejections") == 2)
        #expect(
            try books.values("SELECT event_id FROM order_events ORDER BY event_seq").dropFirst() == [
                "W-1_order-conflict_received_1", "W-1_order-conflict_received_2",
            ])
        #expect(try books.values("SELECT code, times FROM rejection_reasons") == ["conflict|2"])
    }

    @Test func `does not spoil the order's own repeats`() throws {
        let books = try OrderBooks()
        let order = Order.sample()
        try books.decide(.saying(order.text), .saying(Order.sample(price: 1_095).text))

        #expect(try books.decide(.saying(order.text)) == [.repeated(deliveries: 2)])
    }

    @Test func `is a conflict of its key when the key is another order's`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample("W-1", key: "web:shared").text))

        let decisions = try books.decide(.saying(Order.sample("W-2", key: "web:shared").text))

        #expect(decisions == [.conflicting])
        #expect(
            try books.values("SELECT json_extract(reasons, '$[0].path') FROM rejections") == [
                "/idempotency_key"
            ])
        #expect(try books.values("SELECT order_number FROM order_events WHERE event_seq = 2") == ["W-1"])
        #expect(try books.count("orders") == 1)
    }
}

@Suite struct `A readable message that breaks rules` {
    private let broken = Order.sample().text(with: "channel", "pigeon")

    @Test func `is on record with all reasons and its document`() throws {
        let books = try OrderBooks()
        let text = Order.sample().text(with: "totals", ["items_minor": 1])

        let decisions = try books.decide(.saying(text))

        #expect(decisions == [.rejected])
        #expect(
            try books.values(
                "SELECT order_number, idempotency_key, message_id, rejected_at, document FROM rejections")
                == ["W-1|web:W-1|m-1|2026-11-22T12:00:00.000Z|\(text)"])
        #expect(
            try books.values(
                "SELECT json_extract(value, '$.path') FROM rejections, json_each(reasons) ORDER BY 1") == [
                    "/totals/discount_minor", "/totals/shipping_minor", "/totals/tax_minor",
                    "/totals/total_minor",
                ])
        #expect(
            try books.values("SELECT codes, reason_count FROM rejection_overview")
                == ["missing_field missing_field missing_field missing_field|4"])
        #expect(try books.values("SELECT outcome FROM inbox") == ["rejected"])
        #expect(try books.count("orders") == 0)
    }

    @Test func `is rejected once, however often it comes`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(broken, id: "m-1"))

        #expect(try books.decide(.saying(broken, id: "m-2")) == [.repeated(deliveries: 2)])
        #expect(try books.count("rejections") == 1)
    }

    @Test func `is rejected once even without a key`() throws {
        let books = try OrderBooks()
        let keyless = Order.sample().text(with: "idempotency_key", nil)
        try books.decide(.saying(keyless))

        #expect(try books.decide(.saying(keyless)) == [.repeated(deliveries: 2)])
        #expect(try books.values("SELECT idempotency_key FROM rejections") == ["-"])
    }

    @Test func `may be corrected under a new key`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(broken))

        #expect(try books.decide(.saying(Order.sample(key: "web:W-1:2").text)) == [.accepted])
    }

    @Test func `is a conflict when it is corrected under the same key`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(broken))

        #expect(try books.decide(.saying(Order.sample().text)) == [.conflicting])
        #expect(
            try books.values(
                "SELECT json_extract(reasons, '$[0].path') FROM rejections WHERE rejection_id = 2")
                == ["/idempotency_key"])
    }

    @Test func `is rejected for its rules, and once, under an accepted order's key`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))

        #expect(try books.decide(.saying(broken)) == [.rejected])
        #expect(try books.decide(.saying(broken)) == [.repeated(deliveries: 2)])
        #expect(try books.count("rejections") == 1)
        #expect(try books.count("order_events") == 1)
    }
}

@Suite struct `A batch of messages` {
    @Test(arguments: ["not JSON", "[]", "{}", #"{"order_number": 7}"#])
    func `leaves what is not an order to the dead-letter queue`(text: String) throws {
        let books = try OrderBooks()

        let decisions = try books.decide(.saying(text), .saying(Order.sample().text))

        #expect(decisions[0].settlesMessage == false)
        #expect(decisions[1] == .accepted)
        #expect(try books.count("rejections") == 0)
        #expect(try books.count("inbox") == 1)
    }

    @Test func `does not suffer from one that the database will not have`() throws {
        let books = try OrderBooks()
        try books.execute("DELETE FROM currencies WHERE code = 'JPY'")
        let orders = [Order.sample("W-1"), .sample("W-2", currency: "JPY"), .sample("W-3")]

        let decisions = try books.store.decide(
            about: orders.map { .saying($0.text, id: $0.number.rawValue) }, as: "oms", now: .noon)

        #expect(decisions[0] == .accepted)
        #expect(decisions[1].settlesMessage == false)
        #expect(decisions[2] == .accepted)
        #expect(try books.values("SELECT order_number FROM orders ORDER BY 1") == ["W-1", "W-3"])
        #expect(try books.count("rejections") == 0)
        #expect(try books.count("inbox") == 2)
        #expect(try books.store.problems() == [])
    }

    @Test func `is not decided at all on a full disk, and can be once there is room`() throws {
        let books = try OrderBooks()
        let batch = (1...10).map { JudgedMessage.saying(Order.sample("W-\($0)").text, id: "m-\($0)") }
        let pages = try Int(books.values("PRAGMA page_count")[0])!
        try books.execute("PRAGMA max_page_count = \(pages)")

        let error = #expect(throws: DiskError.self) {
            try books.store.decide(about: batch, as: "oms", now: .noon)
        }

        #expect(error?.mayPass == true)
        #expect(try books.count("orders") == 0)
        #expect(try books.count("inbox") == 0)
        try books.execute("PRAGMA max_page_count = 1000000")
        let decisions = try books.store.decide(about: batch, as: "oms", now: .noon)
        #expect(decisions.allSatisfy { $0 == .accepted })
        #expect(try books.store.problems() == [])
    }
}
