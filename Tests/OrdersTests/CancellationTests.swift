import Clockwork
import JSON
import Testing

@testable import Orders

extension JSONValue {
    /// The cancellation of the example, line by line.
    fileprivate static let cancellation = try! JSONValue(
        parsing: Fixtures.bytes("documents/order-cancelled.json"))
}

extension Judgement {
    fileprivate var cancellation: Cancellation? {
        if case .cancellation(let sound) = self { sound.cancellation } else { nil }
    }
}

@Suite struct `A cancellation` {
    @Test func `is read as what it tells, and written as it was read`() throws {
        let cancellation = try #require(JSONValue.cancellation.judged.cancellation)

        #expect(
            cancellation
                == Cancellation(
                    of: OrderNumber("W-1001")!, idempotencyKey: IdempotencyKey("web:W-1001:cancel")!,
                    cancelledAt: Timestamp("2026-11-22T21:16:40Z")!,
                    reason: "The customer found it cheaper elsewhere.",
                    lines: [.init(number: 1, quantity: 3), .init(number: 2, quantity: 1)]))
        #expect(cancellation.json == .cancellation)
        #expect(cancellation.idempotencyKey == IdempotencyKey(toCancel: cancellation.orderNumber))
    }

    @Test func `that names no lines is of the whole order`() throws {
        let document = JSONValue.cancellation.setting("/lines", to: nil)

        let cancellation = try #require(document.judged.cancellation)

        #expect(cancellation.lines == nil)
        #expect(cancellation.json == document)
        #expect(cancellation.document.judged(now: .evening).cancellation == cancellation)
    }

    @Test func `is kept exactly as it came`() throws {
        guard case .cancellation(let sound) = JSONValue.cancellation.judged else {
            Issue.record("refused")
            return
        }

        #expect(sound.document == JSONValue.cancellation.text)
        #expect(sound.contentHash == ContentHash(of: .cancellation))
    }

    @Test(
        arguments: [
            ("/schema", "order.cancelled/2", "unsupported_schema /schema"),
            ("/idempotency_key", nil, "missing_field /idempotency_key"),
            ("/idempotency_key", "web/W-1001", "invalid_format /idempotency_key"),
            ("/order_number", "W 1001", "invalid_format /order_number"),
            ("/cancelled_at", nil, "missing_field /cancelled_at"),
            ("/cancelled_at", "2026-11-22", "invalid_format /cancelled_at"),
            ("/cancelled_at", "2026-11-23T21:20:00.000001Z", "cancelled_in_future /cancelled_at"),
            ("/reason", nil, "missing_field /reason"),
            ("/reason", .null, "wrong_type /reason"),
            ("/reason", "", "invalid_value /reason"),
            ("/reason", .string(String(repeating: "n", count: 201)), "too_long /reason"),
            ("/lines", .null, "wrong_type /lines"),
            ("/lines", [], "no_lines /lines"),
            ("/lines", .array(Array(repeating: .null, count: 2_001)), "too_many_lines /lines"),
            ("/lines/0/line", 0, "out_of_range /lines/0/line"),
            ("/lines/1/line", 1, "invalid_value /lines/1/line"),
            ("/lines/0/quantity", 0, "out_of_range /lines/0/quantity"),
            ("/lines/0/quantity", .number("1.5"), "wrong_type /lines/0/quantity"),
        ] as [(String, JSONValue?, String)])
    func `says which rule it breaks, and where`(pointer: String, value: JSONValue?, finding: String) {
        #expect(JSONValue.cancellation.setting(pointer, to: value).judged.findings == [finding])
    }

    @Test func `that cannot be taken names its order, its key and its content`() throws {
        let document = JSONValue.cancellation.setting("/reason", to: nil)

        let rejection = try #require(document.judged.rejection)

        #expect(rejection.orderNumber == OrderNumber("W-1001"))
        #expect(rejection.idempotencyKey == IdempotencyKey("web:W-1001:cancel"))
        #expect(rejection.contentHash == ContentHash(of: document))
    }

    @Test func `is no order, whatever it holds beside`() {
        let both = JSONValue.example.setting("/schema", to: "order.cancelled/1")
            .setting("/cancelled_at", to: "2026-11-22T21:16:40Z").setting("/reason", to: "why not")

        #expect(both.judged.order == nil)
    }

    @Test(
        arguments: [
            ([(1, 3), (2, 1)], []),
            ([(2, 1), (1, 3)], []),
            ([(1, 3)], ["partial_cancellation /lines"]),
            ([(1, 2), (2, 1)], ["partial_cancellation /lines/0/quantity"]),
            ([(1, 4), (2, 1)], ["out_of_range /lines/0/quantity"]),
            ([(1, 3), (2, 1), (7, 1)], ["unknown_line /lines/2/line"]),
            (
                [(7, 1), (1, 1)],
                [
                    "unknown_line /lines/0/line", "partial_cancellation /lines/1/quantity",
                    "partial_cancellation /lines",
                ]
            ),
        ] as [([(Int, Int)], [String])])
    func `must be of all that was ordered`(lines: [(Int, Int)], findings: [String]) throws {
        var cancellation = try #require(JSONValue.cancellation.judged.cancellation)
        cancellation.lines = lines.map { .init(number: $0.0, quantity: $0.1) }

        let reasons = cancellation.reasons(againstLines: [1: 3, 2: 1])

        #expect(reasons.map { "\($0.code.rawValue) \($0.path)" } == findings)
        cancellation.lines = nil
        #expect(cancellation.reasons(againstLines: [1: 3, 2: 1]) == [])
    }

    @Test func `is described to other programs as it is judged`() throws {
        let published = try Fixtures.bytes("documents/order-cancelled.schema.json")

        #expect(String(decoding: published, as: UTF8.self) == Cancellation.jsonSchema.indentedText + "\n")
    }
}

@Suite struct `A cancelled order's event` {
    private func event() throws -> OrderEvent {
        .cancelled(
            try #require(JSONValue.cancellation.judged.cancellation), version: 2, at: .evening,
            trace: `An accepted order's event`.trace)
    }

    @Test func `follows the one of its acceptance`() throws {
        let event = try event()

        #expect(event.id.rawValue == "W-1001_order-cancelled_1")
        #expect(event.type == .cancelled)
        #expect(event.orderNumber == OrderNumber("W-1001"))
        #expect(event.orderVersion == 2)
    }

    @Test func `says when and why, and that the order will not be fulfilled`() throws {
        let data = try #require(try JSONValue(parsing: event().payload)["data"])

        #expect(
            data == [
                "order_number": "W-1001", "version": 2, "status": "cancelled",
                "cancelled_at": "2026-11-22T21:16:40.000Z",
                "reason": "The customer found it cheaper elsewhere.",
            ])
    }

    @Test func `is read as it was written`() throws {
        let event = try event()

        #expect(try OrderEvent(parsing: Array(event.payload.utf8)) == event)
    }
}
