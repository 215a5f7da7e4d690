import Clockwork
import Foundation
import JSON
import Testing

@testable import Inspection

@Suite struct `A look at the pipeline` {
    private func look(at street: Street) throws -> PipelineSnapshot {
        try PipelineSnapshot(of: street.ledgers(), now: Street.evening)
    }

    @Test func `counts what is where`() throws {
        let street = try Street(orders: 3)
        try street.queue("W-4", try street.send("W-4"))
        try street.queue("W-5", try street.send("W-5"), receives: 1, visibleAt: Street.evening + .seconds(5))
        try street.send("W-6")
        try street.accept("W-6")
        try street.deliver("W-6", to: "crm")

        let snapshot = try look(at: street)

        #expect(snapshot.shop.sent == 6)
        #expect(snapshot.shop.acknowledged == 6)
        #expect(snapshot.shop.answerP99Milliseconds == 4)
        #expect(snapshot.queue.waiting == 1)
        #expect(snapshot.queue.inFlight == 1)
        #expect(snapshot.queue.oldestAgeMilliseconds == 2_700_000)
        #expect(snapshot.orders.stored == 4)
        #expect(snapshot.streamRecords == 4)
        #expect(snapshot.streamBehind == 0)
        #expect(snapshot.partners.map(\.delivered) == [3, 4, 3])
        #expect(snapshot.partners.map(\.pending) == [1, 0, 1])
        #expect(snapshot.partners[0].ageP95Milliseconds == 100)
        #expect(snapshot.equation == Equation(acknowledged: 6, stored: 4, waiting: 1, inFlight: 1))
        #expect(!snapshot.isAtRest)
    }

    @Test func `finds rest when nothing is under way`() throws {
        let snapshot = try look(at: try Street(orders: 2))

        #expect(snapshot.isAtRest)
        #expect(snapshot.json["deliveries_pending"] == 0)
        #expect(snapshot.missing.isEmpty)
    }

    @Test func `tells how long the first unread record waits`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2")
        try street.take("W-2")
        try street.publish("W-2", at: Street.evening - .milliseconds(750))

        let snapshot = try look(at: street)

        #expect(snapshot.streamBehind == 1)
        #expect(snapshot.streamLagMilliseconds == 750)
    }

    @Test func `goes by the courier where the function's ledger is missing`() throws {
        let street = try Street(orders: 2)
        try street.send("W-3")
        try street.take("W-3")
        try street.publish("W-3")
        try street.remove(.function)

        #expect(try look(at: street).streamBehind == 1)
    }

    @Test func `sees what came since the last one, new ledgers too`() throws {
        let street = try Street(orders: 1, partners: ["crm"])
        let watch = PipelineWatch(directory: street.directory, time: StillTime(now: Street.evening))
        let first = try watch.look()
        try street.complete("W-2", at: Street.opening + .seconds(1))
        try street.remove(.function)

        let second = try watch.look()

        #expect(first.orders.stored == 1)
        #expect(second.orders.stored == 2)
        #expect(first.partners[0].delivered == 1)
        #expect(second.partners[0].delivered == 2)
        #expect(second.missing == [.function])
    }

    @Test func `has nothing to say about a directory without ledgers, and refuses one that is not there`()
        throws
    {
        let empty = FileManager.default.temporaryDirectory.appending(path: "empty-\(UUID())").path
        #expect(throws: LedgerError.noDirectory(empty)) { try PipelineWatch(directory: empty).look() }
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: empty) }

        #expect(try PipelineWatch(directory: empty).look().missing == Ledger.singles)
    }

    @Test func `counts rows that are settled once, and those whose answer may come again`() throws {
        let street = try Street(orders: 0)
        try street.edit(
            .shop,
            """
            INSERT INTO submissions (order_number, idempotency_key, document_sha256, attempt, sent_at, outcome, message_id, trace_id)
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
            SELECT 'W-' || i, 'k', hex(zeroblob(32)), 1, '2026-11-22T22:15:00.000Z', CASE WHEN i < 29999 THEN 'acknowledged' ELSE
              'unknown' END, 'm', 't' FROM n
            """)
        let watch = PipelineWatch(directory: street.directory, time: StillTime(now: Street.evening))
        let first = try watch.look()
        try street.edit(.shop, "UPDATE submissions SET outcome = 'acknowledged' WHERE outcome = 'unknown'")

        let second = try watch.look()

        #expect(first.shop.sent == 30_000)
        #expect(first.shop.acknowledged == 29_998)
        #expect(second.shop.sent == 30_000)
        #expect(second.shop.acknowledged == 30_000)
    }
}

/// A clock that stands still.
struct StillTime: TimeSource {
    var now: Timestamp
    var uptime: Duration { .zero }
    func sleep(for span: Duration) async throws {}
}
