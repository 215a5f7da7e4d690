import Clockwork
import JSON
import Testing

@testable import Inspection

@Suite struct `A planted fault` {
    @Test(arguments: PlantedFault.all)
    func `is caught, and its order is named`(fault: PlantedFault) throws {
        let street = try Street()
        try fault.plant(street)

        let report = try street.audit { $0.demandsRest = fault.atRest }

        let result = try #require(report.result(for: fault.breaks))
        #expect(result.held == false)
        #expect(report.outcome().exitStatus == 1)
        if let culprit = fault.culprit {
            #expect(result.evidence.contains { $0.orderNumber == culprit }, "\(result.evidence)")
        }
    }

    @Test(arguments: PlantedFault.all.filter(\.atRest))
    func `of waiting too long is no fault while things are under way`(fault: PlantedFault) throws {
        let street = try Street()
        try fault.plant(street)

        let report = try street.audit()

        #expect(report.outcome() == .held)
        #expect(!report.backlog.isEmpty)
    }
}

@Suite struct `An audit of a good day` {
    @Test func `holds, whatever is demanded`() throws {
        let demanded = Requirement.allCases.filter { $0 != .isolation }  // no partner was ever away
        let street = try Street(orders: 5)

        let report = try street.audit { $0.demandsRest = true }

        #expect(
            report.outcome(demanding: demanded) == .held,
            "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 5, stored: 5))
        #expect(report.verdicts == [.ok: 5])
        #expect(report.backlog.isEmpty)
        #expect(report.notable.isEmpty)
        #expect(report.partners.map(\.once) == [5, 5, 5])
        #expect(report.partners.map(\.missing) == [0, 0, 0])
    }

    @Test func `counts pranks beside the equation, never in it`() throws {
        let street = try Street()
        let conflict = Street.document("W-1", note: "changed")
        try street.send("W-1", deliberate: "repeat", message: "m-repeat")
        try street.take("W-1", message: "m-repeat")
        try street.send("W-1", conflict, deliberate: "conflict", message: "m-conflict")
        try street.take("W-1", conflict, message: "m-conflict")
        try street.send("prank", "not an order", deliberate: "poison", message: "m-poison")
        try street.queue(
            "prank", "not an order", in: "orders-dead.fifo", message: "m-poison", receives: 4,
            source: "arn:aws:sqs:eu-west-1:0:orders.fifo")
        try street.send("prank", "far too large", outcome: "refused", deliberate: "oversize")

        let report = try street.audit { $0.demandsRest = true }

        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
        #expect(report.equation == Equation(acknowledged: 2, stored: 2))
        #expect(report.counts.repeats == 1)
        #expect(report.counts.conflicts == 1)
        #expect(report.counts.deadLetters == 1)
        #expect(report.counts.deliberate == ["repeat": 1, "conflict": 1, "poison": 1, "oversize": 1])
        #expect(report.verdicts == [.ok: 2])
        #expect(report.counts.attempted == 6)
    }

    @Test func `balances with orders in every place`() throws {
        let street = try Street(orders: 1)
        try street.queue("W-2", try street.send("W-2"))
        try street.queue("W-3", try street.send("W-3"), receives: 1, visibleAt: Street.evening + .seconds(5))
        try street.queue(
            "W-4", try street.send("W-4"), in: "orders-dead.fifo", receives: 4,
            source: "arn:aws:sqs:eu-west-1:0:orders.fifo")
        let broken = #"{"schema": "order.placed/1", "order_number": "W-5"}"#
        try street.take("W-5", try street.send("W-5", broken))

        let report = try street.audit()

        #expect(
            report.equation
                == Equation(acknowledged: 5, stored: 1, rejected: 1, waiting: 1, inFlight: 1, deadLetters: 1))
        #expect(report.equation.lost == 0)
        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
    }

    @Test func `takes neither side when the shop was never told`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2", outcome: "unknown")
        try street.accept("W-2")
        try street.send("W-3", outcome: "unknown")
        try street.send("W-4", outcome: "refused")

        let report = try street.audit()

        #expect(report.verdicts == [.ok: 1, .recovered: 1, .unknown: 1, .refused: 1])
        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held != true })")
    }

    @Test func `accepts whichever content was stored while the first outcome is unknown`() throws {
        let street = try Street(orders: 1)
        let other = Street.document("W-2", note: "changed")
        try street.send("W-2", outcome: "unknown")
        try street.send("W-2", other, deliberate: "conflict", message: "m-conflict")
        try street.take("W-2", other, message: "m-conflict")

        let report = try street.audit()

        #expect(report.result(for: .noAlteration)?.held == true)
    }
}

@Suite struct `An audit in the middle of a run` {
    @Test func `accuses nobody of what moves on while it looks`() throws {
        let street = try Street(orders: 3)
        for number in 4...9 { try street.queue("W-\(number)", try street.send("W-\(number)")) }
        var next = 4

        let audit = Audit(ledgers: try street.ledgers(), settings: AuditSettings(now: Street.evening)) {
            // One that waits is taken in and delivered, and a new one goes the whole way.
            if next <= 9 {
                try street.edit(.broker, "DELETE FROM messages WHERE message_id = 'm-W-\(next)'")
                try street.accept("W-\(next)")
                for partner in street.partners { try street.deliver("W-\(next)", to: partner) }
            }
            try street.complete("X-\(next)")
            next += 1
        }
        let report = try audit.report()

        #expect(next == 14)
        #expect(report.outcome() == .held, "\(report.requirements.filter { $0.held == false })")
        #expect(report.equation.acknowledged == 9)
        #expect(report.equation.lost == 0)
    }
}

@Suite struct `An audit without all its witnesses` {
    @Test func `proves nothing where the shop's ledger is missing`() throws {
        let street = try Street()
        try street.remove(.shop)

        let report = try street.audit()

        #expect(report.outcome().exitStatus == 3)
        #expect(report.result(for: .noDuplicate)?.held == true)
        #expect(report.json()["verdict"] == "invalid")
    }

    @Test func `still proves that nothing is lost when all of it is stored`() throws {
        let street = try Street()
        try street.remove(.broker)

        let report = try street.audit()

        #expect(report.result(for: .noLoss)?.held == true)
        #expect(report.outcome(demanding: [.noLoss, .noDuplicate]) == .held)
        #expect(report.outcome(demanding: [.published]).exitStatus == 3)
    }

    @Test func `says so when an order may wait in a queue it cannot see`() throws {
        let street = try Street()
        try street.remove(.broker)
        try street.send("W-9")

        let report = try street.audit()

        #expect(report.outcome(demanding: [.noLoss]).exitStatus == 3)
    }

    @Test func `reads more partners than SQLite attaches`() throws {
        let names = (1...9).map { "p-\($0)" }
        let street = try Street(orders: 1, partners: names)
        try street.edit(.partner("p-9"), "DELETE FROM received")

        let report = try street.audit()

        #expect(report.partners.map(\.name) == names)
        #expect(
            report.result(for: .notified)?.evidence.map(\.details).first?.contains("p-9 never saw it") == true
        )
    }
}

@Suite struct `An audit's report` {
    @Test func `tells the last known place of a lost order`() throws {
        let street = try Street()
        try street.send("W-9")

        let lost = try #require(try street.audit().notable.first)

        #expect(lost.verdict == .lost)
        #expect(
            lost.lastPlace
                == "acknowledged 2026-11-22T22:15:00.004Z as message m-W-9; in no queue; never committed")
    }

    @Test func `is written for programs under the names of the journal`() throws {
        let json = try Street().audit().json()

        #expect(json["verdict"] == "held")
        #expect(json["phase"] == "at rest")
        #expect(json["equation"]?["acknowledged"] == 2)
        #expect(json["must_hold"]?[0]?["name"] == "no-loss")
        #expect(json["must_hold"]?[0]?["measured"]?["lost"] == 0)
        #expect(json["partners"]?[0]?["missing"] == 0)
    }

    @Test func `counts all breaches and shows some`() throws {
        let street = try Street()
        for number in 10..<20 { try street.send("W-\(number)") }

        let result = try street.audit { $0.mostEvidence = 3 }.result(for: .noLoss)

        #expect(result?.breaches == 10)
        #expect(result?.evidence.count == 3)
    }
}
