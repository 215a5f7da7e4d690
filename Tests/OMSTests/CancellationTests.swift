import Clockwork
import Disk
import JSON
import Orders
import Testing
import Wire

@testable import OMS

extension Cancellation {
    /// A cancellation of the sample order; `reason` tells two contents under one key apart.
    static func sample(
        _ number: String = "W-1", key: String? = nil, reason: String = "Too late.", lines: [Line]? = nil
    ) -> Cancellation {
        Cancellation(
            of: OrderNumber(number)!, idempotencyKey: IdempotencyKey(key ?? "web:\(number):cancel")!,
            cancelledAt: .noon, reason: reason, lines: lines)
    }

    var text: String { document.text }
}

extension OrderBooks {
    /// The order's status and version.
    fileprivate var standing: [String] { get throws { try values("SELECT status, version FROM orders") } }

    /// What the stream will hear, in its order.
    fileprivate var outbox: [String] {
        get throws { try values("SELECT event_id FROM outbox ORDER BY outbox_seq") }
    }

    fileprivate var rejectionCodes: [String] {
        get throws { try values("SELECT codes FROM rejection_overview") }
    }

    fileprivate var early: [String] {
        get throws { try values("SELECT order_number, state FROM early_cancellation_overview") }
    }
}

@Suite struct `A cancellation of an order in the books` {
    private let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")!

    @Test func `cancels it, with a second event behind the first`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))

        let decisions = try books.decide(
            .saying(Cancellation.sample().text, id: "m-2", receiveCount: 3, trace: trace), as: "oms#2",
            now: .noon + .seconds(60))

        #expect(decisions == [.cancelled])
        #expect(try books.standing == ["cancelled|2"])
        #expect(try books.outbox == ["W-1_order-accepted_1", "W-1_order-cancelled_1"])
        #expect(
            try books.store.unpublished(after: 1, limit: 1).map(\.payload) == [
                OrderEvent.cancelled(
                    .sample(), version: 2, at: .noon + .seconds(60), trace: trace
                ).payload
            ])
        #expect(
            try books.values(
                """
                SELECT from_status, to_status, actor, trace_id, detail FROM order_events
                WHERE type = 'order.cancelled'
                """) == [
                    "accepted|cancelled|oms#2|\(trace.traceID)|{\"message_id\":\"m-2\",\"receive_count\":3,"
                        + "\"reason\":\"Too late.\",\"idempotency_key\":\"web:W-1:cancel\"}"
                ])
        #expect(
            try books.values("SELECT order_number, outcome FROM inbox WHERE idempotency_key LIKE '%:cancel'")
                == ["W-1|accepted"])
        #expect(try books.count("early_cancellations") == 0)
        #expect(try books.store.problems() == [])
    }

    @Test func `is recognised when it comes again, and so is its order`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text), .saying(Cancellation.sample().text))

        let again = try books.decide(
            .saying(Cancellation.sample().text), .saying(Order.sample().text),
            .saying(Cancellation.sample().text))

        #expect(again == [.repeated(deliveries: 2), .repeated(deliveries: 2), .repeated(deliveries: 3)])
        #expect(try books.standing == ["cancelled|2"])
        #expect(try books.count("outbox") == 2)
        #expect(
            try books.values(
                "SELECT event_id FROM order_events WHERE type LIKE '%repeat%' ORDER BY event_seq")
                == (1...3).map { "W-1_order-repeat_received_\($0)" })
        #expect(try books.store.problems() == [])
    }

    @Test func `under another key than an earlier one is noted, and changes nothing`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text), .saying(Cancellation.sample().text))

        let decisions = try books.decide(.saying(Cancellation.sample(key: "web:second").text))

        #expect(decisions == [.cancelled])
        #expect(try books.standing == ["cancelled|2"])
        #expect(try books.count("outbox") == 2)
        #expect(
            try books.values(
                "SELECT type, json_extract(detail, '$.idempotency_key') FROM order_events WHERE event_seq = 3"
            )
                == ["order.note|web:second"])
    }

    @Test(arguments: ["web:W-1", "web:W-1:cancel"])
    func `under a key that stands for something else is a conflict, and changes nothing`(key: String) throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample("W-1").text), .saying(Order.sample("W-2").text))
        try books.decide(.saying(Cancellation.sample("W-1").text))

        let other = Cancellation.sample("W-2", key: key, reason: "Another reason.")
        let decisions = try books.decide(.saying(other.text), .saying(other.text))

        #expect(decisions == [.conflicting, .repeated(deliveries: 2)])
        #expect(
            try books.values("SELECT order_number, status FROM orders") == ["W-1|cancelled", "W-2|accepted"])
        #expect(
            try books.values("SELECT json_extract(reasons, '$[0].path') FROM rejections") == [
                "/idempotency_key"
            ])
        #expect(try books.store.problems() == [])
    }

    @Test func `that is fulfilled is rejected, and once`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))
        try books.execute("UPDATE orders SET status = 'completed'")

        let decisions = try books.decide(
            .saying(Cancellation.sample().text), .saying(Cancellation.sample().text))

        #expect(decisions == [.rejected, .repeated(deliveries: 2)])
        #expect(try books.rejectionCodes == ["not_cancellable"])
        #expect(
            try books.values("SELECT outcome FROM inbox WHERE idempotency_key LIKE '%cancel'") == ["rejected"]
        )
        #expect(try books.count("outbox") == 1)
    }

    @Test func `that is on hold cancels it`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))
        try books.execute("UPDATE orders SET status = 'on_hold'")

        #expect(try books.decide(.saying(Cancellation.sample().text)) == [.cancelled])
        #expect(try books.values("SELECT from_status FROM order_events WHERE event_seq = 2") == ["on_hold"])
    }

    @Test func `may name its lines, if it names all of them in full`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))

        let some = Cancellation.sample(key: "web:some", lines: [.init(number: 1, quantity: 3)])
        let all = Cancellation.sample(
            key: "web:all", lines: [.init(number: 1, quantity: 3), .init(number: 2, quantity: 1)])

        #expect(try books.decide(.saying(some.text)) == [.rejected])
        #expect(try books.rejectionCodes == ["partial_cancellation"])
        #expect(try books.values("SELECT status FROM orders") == ["accepted"])
        #expect(try books.decide(.saying(all.text)) == [.cancelled])
    }

    @Test func `that breaks rules is rejected, and the order stays`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))

        let decisions = try books.decide(.saying(Cancellation.sample(reason: "").text))

        #expect(decisions == [.rejected])
        #expect(try books.rejectionCodes == ["invalid_value"])
        #expect(try books.values("SELECT status FROM orders") == ["accepted"])
    }
}

@Suite struct `A cancellation that comes before its order` {
    private let noon = Timestamp.noon
    private let days = Duration.seconds(86_400)

    @Test func `waits, and cancels the order in the transaction that accepts it`() throws {
        let books = try OrderBooks()

        #expect(try books.decide(.saying(Cancellation.sample().text, id: "m-c")) == [.awaitingOrder])
        #expect(try books.early == ["W-1|waiting"])
        #expect(try books.count("order_events") == 0)
        let decisions = try books.decide(.saying(Order.sample().text, id: "m-o"), now: noon + .seconds(5))

        #expect(decisions == [.accepted])
        #expect(try books.standing == ["cancelled|2"])
        #expect(try books.outbox == ["W-1_order-accepted_1", "W-1_order-cancelled_1"])
        #expect(
            try books.values(
                """
                SELECT type, json_extract(detail, '$.message_id'), json_extract(detail, '$.waited_since')
                FROM order_events ORDER BY event_seq
                """) == [
                    "order.accepted|m-o|-", "order.cancelled|m-c|2026-11-22T12:00:00.000Z",
                ])
        #expect(
            try books.values("SELECT state, waited_ms FROM early_cancellation_overview") == ["applied|5000"])
        #expect(try books.store.problems() == [])
    }

    @Test func `may come with its order in one batch`() throws {
        let books = try OrderBooks()

        let decisions = try books.decide(.saying(Cancellation.sample().text), .saying(Order.sample().text))

        #expect(decisions == [.awaitingOrder, .accepted])
        #expect(try books.standing == ["cancelled|2"])
    }

    @Test func `keeps its own trace`() throws {
        let books = try OrderBooks()
        let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")!
        try books.decide(.saying(Cancellation.sample().text, trace: trace))

        try books.decide(.saying(Order.sample().text))

        #expect(
            try books.store.unpublished(after: 1, limit: 1).map(\.payload) == [
                OrderEvent.cancelled(.sample(), version: 2, at: .noon, trace: trace).payload
            ])
    }

    @Test func `waits once, however often it comes`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Cancellation.sample().text))

        #expect(try books.decide(.saying(Cancellation.sample().text)) == [.repeated(deliveries: 2)])
        try books.decide(.saying(Order.sample().text))

        #expect(try books.early == ["W-1|applied"])
        #expect(try books.count("outbox") == 2)
        #expect(try books.store.problems() == [])
    }

    @Test func `leaves orders of other numbers alone`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Cancellation.sample("W-1").text))

        try books.decide(.saying(Order.sample("W-2").text))

        #expect(try books.values("SELECT order_number, status FROM orders") == ["W-2|accepted"])
        #expect(try books.early == ["W-1|waiting"])
    }

    @Test func `waits on when its order is rejected, and meets the corrected one`() throws {
        let books = try OrderBooks()
        try books.decide(
            .saying(Order.sample().text(with: "channel", "pigeon")), .saying(Cancellation.sample().text))
        #expect(try books.early == ["W-1|waiting"])

        try books.decide(.saying(Order.sample(key: "web:W-1:2").text))

        #expect(try books.standing == ["cancelled|2"])
    }

    @Test func `of some lines only is rejected when the order comes`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Cancellation.sample(lines: [.init(number: 9, quantity: 1)]).text))

        #expect(try books.decide(.saying(Order.sample().text)) == [.accepted])
        #expect(try books.standing == ["accepted|1"])
        #expect(try books.rejectionCodes == ["unknown_line partial_cancellation"])
        #expect(try books.early == ["W-1|rejected"])
        #expect(
            try books.values("SELECT outcome FROM inbox WHERE idempotency_key LIKE '%cancel'") == ["rejected"]
        )
    }

    @Test func `is one of two under different keys, and both are settled`() throws {
        let books = try OrderBooks()
        try books.decide(
            .saying(Cancellation.sample(key: "a").text), .saying(Cancellation.sample(key: "b").text))

        try books.decide(.saying(Order.sample().text))

        #expect(try books.standing == ["cancelled|2"])
        #expect(try books.early == ["W-1|applied", "W-1|applied"])
        #expect(
            try books.values("SELECT type FROM order_events ORDER BY event_seq") == [
                "order.accepted", "order.cancelled", "order.note",
            ])
    }

    @Test func `waits for fourteen days, and is then rejected on record`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Cancellation.sample().text))

        try books.decide(.saying(Order.sample("W-2").text), now: noon + days * 14)
        #expect(try books.early == ["W-1|waiting"])
        try books.decide(.saying(Order.sample("W-3").text), now: noon + days * 14 + .milliseconds(1))

        #expect(try books.early == ["W-1|expired"])
        #expect(
            try books.values("SELECT order_number, codes FROM rejection_overview") == ["W-1|unknown_order"])
        #expect(try books.values("SELECT outcome FROM inbox WHERE order_number = 'W-1'") == ["rejected"])
    }

    @Test func `is not carried out on an order that comes after that`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Cancellation.sample().text))

        try books.decide(.saying(Order.sample().text), now: noon + days * 15)

        #expect(try books.standing == ["accepted|1"])
    }

    @Test func `is still there after a restart`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Cancellation.sample().text))

        let again = try books.reopened()
        defer { again.close() }
        _ = try again.decide(about: [.saying(Order.sample().text)], as: "oms", now: .noon)

        #expect(try again.values("SELECT status FROM orders") == ["cancelled"])
    }
}

@Suite struct `A day on which orders are cancelled` {
    private let orders = (1...6).map { Order.sample("W-\($0)") }

    /// Half of the orders come behind their cancellations, half before them.
    private func place(_ shop: Workshop) {
        for (place, order) in orders.enumerated() {
            let number = order.number.rawValue
            let cancellation = { shop.queue.send(Cancellation.sample(number).text, id: "c-\(number)") }
            if place % 2 == 0 { cancellation() }
            shop.place([order])
            if place % 2 == 1 { cancellation() }
        }
    }

    private func findings(_ shop: Workshop) throws -> [String] {
        let open = try shop.store?.values(
            """
            SELECT 'not cancelled ' || order_number FROM orders WHERE status <> 'cancelled' OR version <> 2
            UNION ALL SELECT 'waiting ' || order_number FROM early_cancellations WHERE settled_at IS NULL
            """)
        let firstOfEach = Dictionary(grouping: shop.stream.records, by: \.key).mapValues { records in
            records.map { $0.payload.contains("order.accepted") ? "accepted" : "cancelled" }
        }
        let turned = firstOfEach.filter { $0.value.first != "accepted" || $0.value.last != "cancelled" }
        return try shop.findings(about: orders) + (open ?? ["no books"])
            + turned.map { "\($0.key) heard as \($0.value)" }
    }

    @Test(arguments: 1...8, [CommitPoint.Side.before, .after])
    func `comes out even, whichever commit the process dies at`(commit: Int, side: CommitPoint.Side) throws {
        let shop = Workshop(seed: UInt64(commit))
        shop.settings.visibility = .seconds(2)
        place(shop)
        try shop.start()

        shop.killAtCommit(commit, side)
        let wasSpared = shop.run(until: { shop.isQuiet })
        if !wasSpared { try shop.start() }
        #expect(shop.run(until: { shop.isQuiet }, atMost: .seconds(30)))

        #expect(try findings(shop) == [])
    }
}
