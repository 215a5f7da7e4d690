import Clockwork
import JSON
import Testing

@testable import Orders

@Suite struct `An accepted order's event` {
    static let trace = TraceParent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    static func event() throws -> OrderEvent {
        .accepted(try #require(JSONValue.example.judged.order), at: .evening, trace: trace)
    }

    @Test func `is a CloudEvent`() throws {
        let event = try JSONValue(parsing: Self.event().payload)

        #expect(event["specversion"] == "1.0")
        #expect(event["id"] == "W-1001_order-accepted_1")
        #expect(event["source"] == "urn:orderflow:oms")
        #expect(event["type"] == "order.accepted")
        #expect(event["subject"] == "W-1001")
        #expect(event["time"] == "2026-11-22T21:20:00.000Z")
        #expect(event["datacontenttype"] == "application/json")
        #expect(event["traceparent"] == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    }

    @Test func `is the payload of a standard webhook, too`() throws {
        let event = try JSONValue(parsing: Self.event().payload)

        #expect(event["type"] == "order.accepted")
        #expect(event["timestamp"] == "2026-11-22T21:20:00.000Z")
        #expect(event["data"]?["order_number"] == "W-1001")
    }

    @Test func `has an id that may stand in a webhook's header`() throws {
        #expect(!(try Self.event().id.rawValue.contains(".")))
    }

    @Test func `has the same id whenever it is told`() throws {
        let order = try #require(JSONValue.example.judged.order)

        let later = OrderEvent.accepted(order, at: .evening + .seconds(60), trace: nil)

        #expect(later.id == (try Self.event().id))
        #expect(EventID(order.number, .repeatReceived, 1) != EventID(order.number, .repeatReceived, 2))
        #expect(EventID(order.number, .repeatReceived, 1) != EventID(order.number, .conflictReceived, 1))
    }

    @Test func `says what the order comes to, and not who ordered`() throws {
        let payload = try Self.event().payload
        let data = try #require(try JSONValue(parsing: payload)["data"])

        #expect(data["total_minor"] == 5_273)
        #expect(data["currency"] == "EUR")
        #expect(data["version"] == 1)
        #expect(data["line_count"] == 2)
        #expect(data["unit_count"] == 4)
        #expect(data["lines"]?[0]?["total_minor"] == 2_885)
        #expect(data["placed_at"] == "2026-11-22T21:14:03.000Z")
        for personal in ["Ada", "ada@", "Example Street", "Dublin"] { #expect(!payload.contains(personal)) }
    }

    @Test(arguments: [1, 150, 200, 230, 260, 300, 2_000])
    func `stays below 20,000 bytes`(lines: Int) throws {
        let event = OrderEvent.accepted(.ofLines(lines), at: .evening, trace: Self.trace)

        #expect(event.payload.utf8.count < 20_000)
        #expect(event.data["line_count"]?.integer == Int64(lines))
    }

    @Test(arguments: [(150, true), (2_000, false)])
    func `is told with its lines as long as they fit`(lines: Int, fit: Bool) {
        let event = OrderEvent.accepted(.ofLines(lines), at: .evening, trace: nil)

        #expect(event.data["lines"]?.array?.count == (fit ? lines : nil))
    }

    @Test func `is read as it was written`() throws {
        let event = try Self.event()

        #expect(try OrderEvent(parsing: event.payload.utf8) == event)
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"specversion":"0.3"}"#, #"{"specversion":"1.0","id":"a.b"}"#,
        #"{"specversion":"1.0","id":"a","type":"order.eaten"}"#,
        #"{"specversion":"1.0","id":"a","type":"order.accepted","subject":"W-1","time":"now"}"#,
        #"{"specversion":"1.0","id":"a","type":"order.accepted","subject":"W-1","time":"2026-11-22T21:20:00Z","data":{}}"#,
    ])
    func `is told apart from anything else`(text: String) {
        #expect(throws: OrderEvent.Unreadable.self) { try OrderEvent(parsing: text.utf8) }
    }
}

@Suite struct `A trace` {
    @Test(arguments: 1...50)
    func `begins with a header that any program reads`(seed: UInt64) throws {
        let chance = Chance.seeded(seed)

        let trace = chance.draw { TraceParent(using: &$0) }

        #expect(TraceParent(trace.description) == trace)
        #expect(trace.isSampled)
    }

    @Test func `goes on under the same id`() {
        var random = SeededGenerator(seed: 1)
        let first = TraceParent(using: &random)

        let second = first.next(using: &random)

        #expect(second.traceID == first.traceID)
        #expect(second.parentID != first.parentID)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
        "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
    ])
    func `is not read from anything else`(text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test func `of a later version is read as far as we know it`() {
        let text = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02-more"

        #expect(TraceParent(text)?.description == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
    }
}

@Suite struct `A gap in the stream` {
    @Test(arguments: [nil, "49\(String(repeating: "3", count: 54))"])
    func `is read as it was written`(before: String?) {
        let gap = StreamGap(
            stream: "order-events", shardID: "shardId-000000000002", after: "4961", before: before)

        #expect(StreamGap(parsing: gap.text) == gap)
    }

    @Test(arguments: ["", "{}", "not JSON", #"{"type": "order-events.gap", "stream": "order-events"}"#])
    func `is not read from anything else`(text: String) {
        #expect(StreamGap(parsing: text) == nil)
    }
}
