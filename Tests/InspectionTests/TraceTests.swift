import Clockwork
import JSON
import Testing

@testable import Inspection

@Suite struct `An order's trace` {
    private static let outage = FaultTimeline.Fault(
        name: "dead-worker", target: "oms", kind: "kill", effectiveAt: Street.opening - .milliseconds(3_100),
        endedAt: Street.opening + .milliseconds(50))

    private func trace(_ number: String, _ street: Street, _ faults: [FaultTimeline.Fault] = []) throws
        -> OrderTrace
    {
        try #require(
            try OrderTrace(
                of: number, in: street.ledgers(), faults: FaultTimeline(faults), now: Street.evening))
    }

    @Test func `has a hop for each house, in the order of the way`() throws {
        let trace = try trace("W-1", try Street(orders: 1))

        #expect(
            trace.hops.map(\.house) == [
                "shop", "broker", "oms", "stream", "function", "courier", "carrier", "crm", "warehouse",
            ])
        #expect(trace.hops[1].text == "stored, message m-W-1")
        #expect(trace.hops[2].text == "order.accepted by oms#2, receive count 1")
        #expect(trace.hops[5].text == "order.accepted staged for 3 partners")
        #expect(trace.hops[6].text == "200 in 12 ms")
        #expect(trace.isComplete)
    }

    @Test func `shows the outage beside the hops that fell into it`() throws {
        let lines = try trace("W-1", try Street(orders: 1), [Self.outage]).text().split(separator: "\n")

        #expect(lines[0] == " W-1  accepted  EUR 52.73  placed 2026-11-22T21:14:03.000Z (shop time)")
        #expect(lines[1].hasSuffix("▓ oms killed (since 3.1 s)"))
        #expect(lines[2].hasSuffix("▓ oms killed"))
        #expect(!lines[3].contains("▓"))
        #expect(lines[3].hasPrefix("   +0.100 s  oms"))
    }

    @Test func `keeps one partner's trouble to that partner`() throws {
        let street = try Street(orders: 1)
        let fault = FaultTimeline.Fault(
            name: "down", target: "partner-crm", kind: "status", effectiveAt: Street.opening,
            endedAt: Street.opening + .seconds(10))

        let marked = try trace("W-1", street, [fault]).hops.filter { !$0.faults.isEmpty }

        #expect(marked.map(\.house) == ["crm"])
    }

    @Test func `tells retries, and what is still waited for`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2", outcome: "unknown")
        try street.send("W-2", at: Street.opening + .seconds(1), attempt: 2)
        try street.take("W-2", at: Street.opening + .seconds(2), receives: 2)
        try street.publish("W-2", at: Street.opening + .seconds(3))
        try street.stage("W-2", at: Street.opening + .seconds(4))
        try street.deliver("W-2", to: "crm", at: Street.opening + .seconds(5), status: 503)

        let trace = try trace("W-2", street)

        #expect(trace.hops.contains { $0.house == "shop" && $0.text == "sent, attempt 2" })
        #expect(
            trace.hops.contains { $0.text.hasPrefix("order.accepted by oms#2, receive count 2  (earlier") })
        #expect(trace.hops.contains { $0.house == "crm" && $0.text == "503 in 12 ms  next try +2.0 s" })
        #expect(trace.hops.filter(\.isPending).map(\.house) == ["carrier", "crm", "warehouse"])
        #expect(!trace.isComplete)
    }

    @Test func `follows an order that is stuck in the queue, and one that was rejected`() throws {
        let street = try Street(orders: 0)
        try street.queue("W-1", try street.send("W-1"), receives: 2, visibleAt: Street.evening + .seconds(5))
        let broken = #"{"schema": "order.placed/1", "order_number": "W-2"}"#
        try street.take("W-2", try street.send("W-2", broken), at: Street.opening + .seconds(1))

        #expect(
            try trace("W-1", street).hops.last?.text
                == "in flight in orders.fifo, message m-W-1, received 2 times")
        #expect(try trace("W-2", street).hops.last?.text.hasPrefix("rejected as 1: missing_field") == true)
        #expect(try trace("W-2", street).isComplete)
    }

    @Test func `works with whatever ledgers are left`() throws {
        let street = try Street(orders: 1)
        try street.remove(.shop)
        try street.remove(.broker)
        try street.remove(.function)
        try street.remove(.oms)

        #expect(try trace("W-1", street).hops.map(\.house) == ["courier", "carrier", "crm", "warehouse"])
        #expect(try OrderTrace(of: "W-9", in: street.ledgers(), now: Street.evening) == nil)
    }

    @Test func `goes on from where it was told`() throws {
        let trace = try trace("W-1", try Street(orders: 1))

        #expect(trace.text(hopsAfter: 7).split(separator: "\n").count == 2)
    }
}
