import Clockwork
import GRDB
import JSON
import Orders
import Testing

@testable import Inspection

@Suite struct `A discarded dead letter` {
    @Test func `stands in the equation by itself, and its order is not lost`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2")
        try street.discard("m-W-2", of: "W-2", because: "The customer called.")

        let report = try street.audit { $0.demandsRest = true }

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 2, stored: 1, discarded: 1))
        #expect(report.equation.lost == 0)
        #expect(report.equation.description.hasSuffix("+ dead letters 0 + discarded 1"))
        #expect(report.verdicts == [.ok: 1, .discarded: 1])
        #expect(
            report.notable.map(\.lastPlace) == [
                "acknowledged 2026-11-22T22:15:00.004Z as message m-W-2; discarded 2026-11-22T22:20:00.000Z "
                    + "from orders-dead.fifo by ada: The customer called."
            ])
    }

    @Test func `is known by what the shop calls it, whatever it was called later`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2")
        try street.discard("m-later", of: "W-2", sentAs: "m-W-2")

        #expect(try street.audit().equation == Equation(acknowledged: 2, stored: 1, discarded: 1))
    }

    @Test func `does not count once its order is stored by another message`() throws {
        let street = try Street(orders: 1)
        try street.send("W-1", deliberate: "repeat", message: "m-repeat")
        try street.discard("m-repeat", of: "W-1")

        let report = try street.audit()

        #expect(report.equation == Equation(acknowledged: 1, stored: 1))
        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
    }

    @Test func `may be one that was no order on purpose`() throws {
        let street = try Street(orders: 1)
        try street.send("prank", "not an order", deliberate: "poison", message: "m-poison")
        try street.discard("m-poison", of: "prank")

        #expect(try street.audit().outcome() == .held)
    }

    @Test func `ends its order's trace`() throws {
        let street = try Street(orders: 0)
        try street.send("W-2")
        try street.discard("m-W-2", of: "W-2", because: "The customer called.")

        let trace = try #require(try OrderTrace(of: "W-2", in: street.ledgers(), now: Street.evening))

        #expect(
            trace.hops.map(\.text).contains("discarded from orders-dead.fifo by ada: The customer called."))
        #expect(trace.isComplete)
    }

    @Test func `is listed with its order, the last one first, page by page`() throws {
        let street = try Street(orders: 0)
        for number in ["W-2", "W-3"] {
            try street.send(number)
            try street.discard("m-\(number)", of: nil)
        }

        let first = try DiscardWindow.list(of: street.ledgers(), limit: 1)
        let second = try DiscardWindow.list(of: street.ledgers(), before: first.next, limit: 1)

        #expect(first.objects.map { $0["order_number"] } == ["W-3"])
        #expect(second.objects.map { $0["order_number"] } == ["W-2"])
        #expect(second.next == nil)
        #expect(try DiscardWindow.list(of: street.ledgers(), queue: "other").rows.isEmpty)
    }

    @Test func `is in the equation that is always on show, and in the view for SQL`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2")
        try street.discard("m-W-2", of: "W-2")

        let equation = try Equation(of: street.ledgers(), now: Street.evening)
        let window = try SQLWindow(on: street.ledgers(), now: Street.evening)

        #expect(equation == Equation(acknowledged: 2, stored: 1, discarded: 1))
        #expect(
            try window.ask("SELECT verdict, place FROM audit WHERE order_number = 'W-2'").listing.rows
                == [["discarded", "discarded"]])
    }
}

@Suite struct `A corrected dead letter` {
    private static let corrected = Street.document("W-2", note: "corrected")

    @Test func `is no alteration when it is stored as it was corrected`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2", "{ broken")
        try street.correct("m-W-2", of: "W-2", to: Self.corrected)
        try street.take("W-2", Self.corrected, message: "m-W-2-corrected")

        let report = try street.audit()

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 2, stored: 2))
        #expect(report.verdicts == [.ok: 1, .edited: 1])
        let place = try #require(report.notable.first?.lastPlace)
        #expect(place.contains("edited 2026-11-22T22:20:00.000Z by ada as message m-W-2-corrected"))
    }

    @Test func `is no alteration while it waits, under whichever name`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2", "{ broken")
        try street.correct("m-W-2", of: "W-2", to: Self.corrected)
        try street.move("m-W-2-corrected", to: "m-again")
        try street.queue("W-2", Self.corrected, message: "m-again")

        let report = try street.audit()

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 2, stored: 1, waiting: 1))
    }

    @Test func `is no alteration when it is rejected`() throws {
        let street = try Street(orders: 1)
        let stillWrong = #"{"schema": "order.placed/1", "order_number": "W-2"}"#
        try street.send("W-2", "{ broken")
        try street.correct("m-W-2", of: "W-2", to: stillWrong)
        try street.take("W-2", stillWrong, message: "m-W-2-corrected")

        let report = try street.audit()

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 2, stored: 1, rejected: 1))
    }

    @Test func `may become an order although it was sent as none`() throws {
        let street = try Street(orders: 1)
        try street.send("prank", "not an order", deliberate: "poison", message: "m-poison")
        try street.correct("m-poison", of: "prank", to: Self.corrected)
        try street.take("W-2", Self.corrected, message: "m-poison-corrected")

        let report = try street.audit()

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 1, stored: 1))
        #expect(report.verdicts == [.ok: 1, .edited: 1])
    }

    @Test func `shows in its order's trace`() throws {
        let street = try Street(orders: 0)
        try street.send("W-2", "{ broken")
        try street.correct("m-W-2", of: "W-2", to: Self.corrected)
        try street.move("m-W-2-corrected", to: "m-again")

        let trace = try #require(try OrderTrace(of: "W-2", in: street.ledgers(), now: Street.evening))

        #expect(
            trace.hops.map(\.text).suffix(2) == [
                "corrected by ada and sent back to orders.fifo as message m-W-2-co…",
                "sent back to orders.fifo as message m-again",
            ])
    }
}

@Suite struct `A dead letter that was sent back` {
    @Test func `is still what the shop sent, though it was no order`() throws {
        let street = try Street(orders: 1)
        try street.send("prank", "not an order", deliberate: "poison", message: "m-poison")
        try street.move("m-poison", to: "m-again")
        try street.queue(
            "prank", "not an order", in: "orders-dead.fifo", message: "m-again", receives: 4,
            source: "arn:aws:sqs:eu-west-1:0:orders.fifo")

        let report = try street.audit()

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
    }
}

// MARK: - What people decide

extension Street {
    private static let decision = opening + .seconds(300)

    /// Somebody removes a dead letter for good.
    func discard(
        _ message: String, of group: String?, sentAs: String? = nil, because reason: String = "Not wanted."
    ) throws {
        try edit(
            .broker,
            """
            INSERT INTO discarded_messages (message_id, sent_as, queue, source_arn, group_id, body_sha256, body_bytes,
                                            receive_count, sent_at, reason, discarded_by, discarded_at)
            VALUES (?, ?, 'orders-dead.fifo', 'arn:aws:sqs:eu-west-1:0:orders.fifo', ?, '', 1, 4, ?, ?, 'ada', ?)
            """,
            [
                message, sentAs ?? message, group, Self.decision.microseconds, reason,
                Self.decision.microseconds,
            ])
    }

    /// Somebody corrects a dead letter; it is called `…-corrected` from then on.
    func correct(_ message: String, of group: String, to body: String) throws {
        try edit(
            .broker,
            """
            INSERT INTO edited_messages (message_id, former_message_id, sent_as, queue, group_id, former_body, body,
                                         edited_by, edited_at)
            VALUES (?, ?, ?, 'orders-dead.fifo', ?, '', ?, 'ada', ?)
            """, ["\(message)-corrected", message, message, group, body, Self.decision.microseconds])
        try move(message, to: "\(message)-corrected")
    }

    /// A dead letter is sent back under another id.
    func move(_ message: String, to next: String) throws {
        try edit(
            .broker,
            """
            INSERT INTO moved_messages (message_id, former_message_id, task_id, from_queue, to_queue, former_sent_at,
                                        receive_count, moved_at)
            VALUES (?, ?, 'task', 'orders-dead.fifo', 'orders.fifo', ?, 4, ?)
            """, [next, message, Self.decision.microseconds, Self.decision.microseconds])
    }
}
