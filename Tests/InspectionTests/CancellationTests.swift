import Clockwork
import JSON
import Orders
import Testing

@testable import Inspection

@Suite struct `A cancelled order` {
    @Test func `is stored, and its cancellation is counted beside the equation`() throws {
        let street = try Street(orders: 1)
        try street.completeCancelled("W-2")

        let report = try street.audit { $0.demandsRest = true }

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 2, stored: 2))
        #expect(report.verdicts == [.ok: 2])
        #expect(report.counts.deliberate == ["early_cancel": 1])
        #expect(report.counts.cancelled == 1)
        #expect(report.counts.cancelledEarly == 1)
        #expect(report.counts.cancellations == "1 cancelled, 1 of them before they came")
        #expect(report.partners.map(\.once) == [3, 3, 3])
    }

    @Test func `may have been cancelled after it came`() throws {
        let street = try Street(orders: 1)
        try street.take("W-1", try street.sendCancellation(of: "W-1"), message: "c-W-1")
        try street.publish("W-1")

        let report = try street.audit()

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.counts.cancellations == "1 cancelled")
        #expect(
            report.result(for: .orderPerKey)?.measured.first?.value == 1, "one order has several events")
    }

    @Test func `shows its two events in its trace, and how long the cancellation had waited`() throws {
        let street = try Street(orders: 0)
        try street.completeCancelled("W-2")

        let trace = try #require(
            try OrderTrace(of: "W-2", in: street.ledgers(), now: Street.evening))

        #expect(trace.status == "cancelled")
        #expect(trace.isComplete)
        let texts = trace.hops.map(\.text)
        #expect(texts.contains("sent, attempt 1, a deliberate early_cancel"))
        #expect(
            texts.contains {
                $0.hasPrefix("order.cancelled by oms#2") && $0.contains("had waited since 2026-11-22T")
            })
        #expect(texts.filter { $0 == "200 in 12 ms" }.count == 3)
        #expect(texts.filter { $0 == "200 in 12 ms  order.cancelled" }.count == 3)
    }

    @Test func `is found by its status`() throws {
        let street = try Street(orders: 1)
        try street.completeCancelled("W-2")

        let filter = try OrderQuery.filter("status:cancelled", now: Street.evening)
        let page = try OrderSearch(filter).page(of: street.ledgers())

        #expect(page.objects.map { $0["order_number"] } == ["W-2"])
        #expect(page.objects.map { $0["partners"] } == ["●●●"], "a dot for each partner, not for each event")
    }
}

@Suite struct `A cancellation without an order` {
    @Test func `is no order, and waits in sight of everybody`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2", outcome: "refused")
        try street.take("W-2", try street.sendCancellation(of: "W-2"), message: "c-W-2")

        let report = try street.audit()

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.verdicts == [.ok: 1, .refused: 1])
        #expect(report.counts.cancellations == "0 cancelled, 1 more waiting for their orders")
        let details = try #require(try OrderDetails(of: "W-2", in: street.ledgers()))
        #expect(details.earlyCancellations.objects.map { $0["state"] } == ["waiting"])
        let trace = try #require(
            try OrderTrace(of: "W-2", in: street.ledgers(), now: Street.evening))
        #expect(trace.hops.last?.text.hasPrefix("a cancellation waits for the order since") == true)
    }

    @Test func `is a figure that one can wait for`() throws {
        let street = try Street(orders: 1)
        try street.completeCancelled("W-2")
        try street.take("W-3", try street.sendCancellation(of: "W-3"), message: "c-W-3")

        var counting = PipelineCounting()
        let snapshot = try counting.look(at: street.ledgers(), now: Street.evening, uptime: { .zero })

        for text in ["cancelled=1", "cancelled_early=1", "cancellations_waiting=1"] {
            #expect(try PipelineCondition(text).holds(in: snapshot), "\(text)")
        }
    }
}
