import Clockwork
import GRDB
import Testing

@testable import Inspection

@Suite struct `An audit of a street whose queue and stream are another's` {
    /// A street without a broker of its own.
    private func street(orders: Int = 2) throws -> Street {
        let street = try Street(orders: orders)
        try street.remove(.broker)
        return street
    }

    /// - Parameter held: Messages that the queue of orders says it holds; nil for a queue that is silent.
    private func elsewhere(holding held: Int? = 0) -> Elsewhere {
        var elsewhere = Elsewhere(queue: "http://sqs.example", stream: "http://kinesis.example")
        elsewhere.told = held.map {
            Elsewhere.Told(
                at: Street.evening,
                queues: ["orders.fifo": .init(waiting: $0, inFlight: 0, delayed: 0)])
        }
        return elsewhere
    }

    private func audit(_ street: Street, holding held: Int? = 0) throws -> AuditReport {
        try street.audit { $0.elsewhere = elsewhere(holding: held) }
    }

    @Test func `holds as far as can be seen, and lists what is decided inside of them`() throws {
        let report = try audit(try street())

        guard case .heldAsFarAsSeen(let unseen) = report.outcome() else {
            Issue.record("\(report.outcome())")
            return
        }
        #expect(unseen.map(\.requirement) == [.published, .poisonContained])
        #expect(unseen.allSatisfy { $0.held == nil && $0.evidence.count == 1 })
        #expect(report.outcome().exitStatus == 0)
    }

    @Test func `proves nothing of what is demanded by name and lies inside of them`() throws {
        let report = try audit(try street())

        #expect(report.outcome(demanding: [.noLoss, .published], strictly: true).exitStatus == 3)
        #expect(report.outcome(demanding: [.published]).exitStatus == 3)
        #expect(report.outcome(demanding: [.noLoss, .notified], strictly: true) == .held)
    }

    @Test func `without that knowledge proves nothing at all`() throws {
        #expect(try street().audit().outcome().exitStatus == 3)
    }

    @Test(arguments: [(held: 1, word: "INVALID"), (0, "BROKEN"), (nil, "INVALID")])
    func `calls an order lost that is in no ledger once the queue holds too little`(
        held: Int?, word: String
    ) throws {
        let street = try street()
        try street.send("W-3", at: Street.opening + .seconds(60))

        let report = try audit(street, holding: held)

        #expect(report.outcome().word == word)
        #expect(report.verdicts[.unseen] == 1 && report.verdicts[.lost] == nil)
        #expect(report.equation.lost == 0 && report.equation.unseen == 1)
        let result = try #require(report.result(for: .noLoss))
        #expect(result.breaches == (word == "BROKEN" ? 1 : 0))
        #expect((result.evidence.first?.orderNumber == "W-3") == (word == "BROKEN"))
    }

    @Test func `accuses nobody of an order that came after the queue was asked`() throws {
        let street = try street()
        try street.send("W-3", at: Street.evening + .seconds(1))

        #expect(try audit(street).result(for: .noLoss)?.held == nil)
    }

    @Test func `finds an event that was never left for the stream`() throws {
        let street = try street()
        try street.edit(.oms, "DELETE FROM outbox WHERE order_number = 'W-2'")

        let report = try audit(street)

        #expect(report.result(for: .published)?.evidence.map(\.orderNumber) == ["W-2"])
        #expect(report.outcome().exitStatus == 1)
    }

    @Test(arguments: [(checkpoint: "7", isMissed: true), ("6", false)])
    func `finds an event that was passed over, however the stream numbers its records`(
        checkpoint: String, isMissed: Bool
    ) throws {
        let street = try street()
        try street.send("W-3")
        try street.take("W-3")
        try street.edit(
            .oms,
            """
            UPDATE outbox SET attempts = 1, published_at = '2026-11-22T22:30:00.000Z', shard_id = 'shardId-000000000001',
              sequence_number = '7' WHERE order_number = 'W-3'
            """)
        try street.edit(
            .function,
            "INSERT INTO checkpoints VALUES ('order-events', 'shardId-000000000001', ?, '2026-11-22T22:31:00.000Z')",
            [checkpoint])

        let report = try audit(street)

        #expect(report.result(for: .notified)?.held == !isMissed)
        #expect(report.backlog.unread == 1)
    }

    @Test func `counts dead letters as the queue tells them, and none where it is silent`() throws {
        let street = try street()
        var told = elsewhere(holding: 0)
        told.told?.queues["orders-dead.fifo"] = .init(waiting: 2, inFlight: 0, delayed: 0)

        #expect(try street.audit { $0.elsewhere = told }.counts.deadLetters == 2)
        #expect(try audit(street, holding: nil).counts.deadLetters == nil)
    }

    @Test func `takes what waits from the queue, and says so where it is silent`() throws {
        #expect(try audit(try street(), holding: 3).backlog.waiting == 3)
        #expect(try audit(try street(), holding: 0).result(for: .recovered)?.held == true)
        #expect(try audit(try street(), holding: 3).result(for: .recovered)?.held == false)
        #expect(try audit(try street(), holding: nil).result(for: .recovered)?.held == nil)
    }
}

@Suite struct `The numbers of a street whose queue and stream are another's` {
    private func look(_ held: Int?) throws -> PipelineSnapshot {
        let street = try Street(orders: 2)
        try street.remove(.broker)
        var elsewhere = Elsewhere(queue: "http://sqs.example", stream: "http://kinesis.example")
        elsewhere.told = held.map {
            Elsewhere.Told(
                at: Street.evening,
                queues: [
                    "orders.fifo": .init(waiting: $0, inFlight: 2, delayed: 0),
                    "orders-dead.fifo": .init(waiting: 1, inFlight: 0, delayed: 0),
                ])
        }
        return try PipelineSnapshot(of: street.ledgers(), now: Street.evening, elsewhere: elsewhere)
    }

    private func value(_ name: String, in snapshot: PipelineSnapshot) throws -> Double? {
        snapshot.value(of: try PipelineFigure(named: name))
    }

    @Test func `are what the queue says, and what outbox and courier tell of the stream`() throws {
        let snapshot = try look(4)

        #expect(try value("waiting", in: snapshot) == 4)
        #expect(try value("in_flight", in: snapshot) == 2)
        #expect(try value("dead_letters", in: snapshot) == 1)
        #expect(try value("behind", in: snapshot) == 0)
        #expect(try value("lost", in: snapshot) == 0)
        #expect(snapshot.missing.isEmpty)
    }

    @Test(arguments: [
        "waiting", "in_flight", "delayed", "dead_letters", "open_gaps", "oldest_age_ms", "lag_ms",
    ])
    func `are not made up where nobody tells them`(name: String) throws {
        let snapshot = try look(nil)

        #expect(try value(name, in: snapshot) == nil)
        #expect(!snapshot.isAtRest)
    }
}
