import Clockwork
import GRDB
import JSON
import Testing

@testable import Inspection

/// A minute after the first order: when these checks are made.
private let now = Street.opening + .seconds(60)

extension Street {
    fileprivate func check(
        window: Duration = .seconds(10), _ change: (inout AuditSettings) -> Void = { _ in }
    ) throws -> StreetCheck {
        var settings = AuditSettings(now: now)
        change(&settings)
        return StreetCheck(of: try ledgers(), from: now - window, to: now, settings)
    }
}

@Suite struct `A check whether the shop is open` {
    @Test func `counts what was tried in the window, and nothing else`() throws {
        let street = try Street()
        try street.send("W-8", at: now - .seconds(11), outcome: "refused")
        try street.send("W-9", at: now - .seconds(5))

        let result = try street.check().shopOpen()

        #expect(result.held == true)
        #expect(result.measured.map(\.value) == [1, 1, .number("1.0000"), 4])
    }

    @Test(arguments: [(share: 1.0, holds: false), (0.5, true)])
    func `demands that share of yes which was asked for`(share: Double, holds: Bool) throws {
        let street = try Street()
        try street.send("W-8", at: now - .seconds(6), outcome: "refused")
        try street.send("W-9", at: now - .seconds(5))

        let result = try street.check { $0.limits.acknowledgedShare = share }.shopOpen()

        #expect(result.held == holds)
        #expect(result.evidence.map(\.orderNumber) == (holds ? [] : ["W-8"]))
    }

    @Test(arguments: [(milliseconds: 249, holds: true), (251, false)])
    func `holds a missing answer against the shop once it is too late`(milliseconds: Int, holds: Bool) throws
    {
        let street = try Street()
        try street.send("W-8", at: now - .seconds(5))
        try street.send("W-9", at: now - .milliseconds(milliseconds), outcome: "unknown")

        #expect(try street.check().shopOpen().held == holds)
    }

    @Test func `sees an answer that was long in coming`() throws {
        let street = try Street()
        try street.send("W-9", at: now - .seconds(15))
        try street.edit(
            .shop, "UPDATE submissions SET answered_at = ? WHERE order_number = 'W-9'",
            [(now - .seconds(5)).description])

        #expect(try street.check().shopOpen().held == false)
    }

    @Test func `has nothing to judge while the shop is quiet, or not there`() throws {
        let street = try Street()
        #expect(try street.check().shopOpen().held == nil)
        try street.remove(.shop)

        #expect(try street.check().shopOpen().held == nil)
    }
}

@Suite struct `A check of freshness` {
    private let street: Street

    init() throws {
        street = try Street(partners: ["crm"])
        try street.complete("W-3", at: now - .seconds(8))
    }

    @Test func `holds while the partners hear soon`() throws {
        let result = try street.check().freshness()

        #expect(result.held == true)
        #expect(result.measured.map(\.value) == [100])
    }

    @Test(arguments: [(milliseconds: 900, holds: true), (1_100, false)])
    func `counts what is on its way once that alone is late`(milliseconds: Int, holds: Bool) throws {
        try street.send("W-9", at: now - .milliseconds(milliseconds))
        try street.take("W-9", at: now - .milliseconds(milliseconds))

        #expect(try street.check().freshness().held == holds)
    }

    @Test func `leaves a paused partner in peace`() throws {
        try street.edit(.notify, "UPDATE partners SET paused = 1")
        try street.send("W-9", at: now - .seconds(5))
        try street.accept("W-9", at: now - .seconds(5))

        #expect(try street.check().freshness().held == true)
    }

    @Test func `has nothing to judge while everything is broken`() throws {
        let fault = FaultTimeline.Fault(
            name: "dead", target: "oms", kind: "kill", effectiveAt: now - .seconds(30))

        #expect(try street.check { $0.faults = FaultTimeline([fault]) }.freshness().held == nil)
    }
}

@Suite struct `A check of isolation` {
    @Test(arguments: [(milliseconds: 150, holds: true), (250, false)])
    func `compares what was heard during an outage with what was heard before`(milliseconds: Int, holds: Bool)
        throws
    {
        let street = try Street(partners: ["carrier", "crm"])
        let fault = FaultTimeline.Fault(
            name: "carrier-down", target: "partner-carrier", kind: "status", effectiveAt: now - .seconds(6))
        try street.complete("W-8", at: now - .seconds(9))
        try street.send("W-9", at: now - .seconds(5))
        try street.accept("W-9", at: now - .seconds(5))
        try street.deliver("W-9", to: "crm", at: now - .seconds(5) + .milliseconds(milliseconds))

        let result = try street.check { $0.faults = FaultTimeline([fault]) }.isolation()

        #expect(result.held == holds)
    }
}

@Suite struct `A check of recovery` {
    private let fault = FaultTimeline.Fault(
        name: "dead-worker", target: "oms", kind: "kill", effectiveAt: now - .seconds(20),
        endedAt: now - .seconds(10))

    @Test func `holds on a street that sells on`() throws {
        let street = try Street()
        try street.send("W-9", at: now - .seconds(1))
        try street.take("W-9", at: now - .seconds(1))

        let afterwards = try street.check { $0.faults = FaultTimeline([fault]) }.recovered()
        let unbroken = try street.check().recovered()

        #expect(afterwards.held == true)
        #expect(unbroken.held == false)
    }

    @Test(arguments: ["sent", "taken", "taken late", "published", "staged"])
    func `does not hold while something is left from then`(place: String) throws {
        let street = try Street()
        let then = now - .seconds(15)
        switch place {
        case "sent": try street.queue("W-9", try street.send("W-9", at: then))  // sent in the opening minute
        case "taken": try street.take("W-9", at: then)
        case "taken late":  // out of the queue only after the fault
            try street.send("W-9", at: then)
            try street.take("W-9", at: now - .seconds(5))
        case "published":
            try street.take("W-9", at: then)
            try street.publish("W-9", at: then)
        default: try street.accept("W-9", at: then)
        }

        let result = try street.check { $0.faults = FaultTimeline([fault]) }.recovered()

        #expect(result.held == false)
        #expect(result.evidence.count == 1)
    }

    @Test func `does not hold while a fault lasts`() throws {
        var lasting = fault
        lasting.endedAt = nil

        let result = try Street().check { $0.faults = FaultTimeline([lasting]) }.recovered()

        #expect(result.held == false)
        #expect(result.evidence.first?.details.hasPrefix("oms kill lasts") == true)
    }

    @Test func `has nothing to judge without a ledger`() throws {
        let street = try Street()
        try street.remove(.oms)

        #expect(try street.check().recovered().held == nil)
    }
}
