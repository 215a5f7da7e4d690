import Clockwork
import GRDB
import Testing

@testable import Inspection

@Suite struct `What an audit measures around outages` {
    private static let outage = FaultTimeline.Fault(
        name: "dead-worker", target: "oms", kind: "kill", effectiveAt: Street.opening + .seconds(60),
        endedAt: Street.opening + .seconds(80))

    @Test(arguments: [("oms", false), ("shop->broker", true), ("broker", true)])
    func `blames a refusal on what is behind the queue, not on the way to it`(target: String, isExcused: Bool)
        throws
    {
        let street = try Street()
        var fault = Self.outage
        fault.target = target
        try street.send("W-9", at: fault.effectiveAt + .seconds(1), outcome: "refused")
        let timeline = FaultTimeline([fault])

        let result = try street.audit { $0.faults = timeline }.result(for: .shopOpen)

        #expect(result?.held == isExcused)
        #expect(result?.evidence.first?.orderNumber == (isExcused ? nil : "W-9"))
    }

    @Test(arguments: [("kill", true), ("spike", false), ("poison", false)])
    func `excuses a shop that was killed, and none for what it sends`(kind: String, isExcused: Bool) throws {
        let street = try Street()
        let fault = FaultTimeline.Fault(
            name: "rush", target: "shop", kind: kind, effectiveAt: Self.outage.effectiveAt,
            endedAt: Self.outage.endedAt)
        try street.send("W-9", at: fault.effectiveAt + .seconds(1), outcome: "refused")

        let result = try street.audit { $0.faults = FaultTimeline([fault]) }.result(for: .shopOpen)

        #expect(result?.held == isExcused)
    }

    @Test func `takes no refusal amiss of what was meant to be refused`() throws {
        let street = try Street()
        try street.send("prank", "far too large", outcome: "refused", deliberate: "oversize")

        #expect(try street.audit().result(for: .shopOpen)?.held == true)
    }

    @Test func `finds an answer that took too long`() throws {
        let street = try Street()
        try street.edit(
            .shop, "UPDATE submissions SET answered_at = ? WHERE order_number = 'W-1'",
            [(Street.opening + .milliseconds(251)).description])

        #expect(try street.audit().result(for: .shopOpen)?.held == false)
    }

    @Test func `forgives lateness during an outage, and not outside`() throws {
        let street = try Street()
        try street.edit(
            .notify, "UPDATE deliveries SET delivered_at = ? WHERE partner = 'crm'",
            [(Street.opening + .seconds(70)).description])

        let plain = try street.audit().result(for: .freshness)
        let excused = try street.audit { $0.faults = FaultTimeline([Self.outage]) }.result(for: .freshness)

        #expect(plain?.held == false)
        #expect(plain?.evidence.first?.details.hasPrefix("crm heard after") == true)
        #expect(excused?.held == true)
    }

    /// A kill ends in the moment in which it happens; what it has held up comes late for a while yet.
    @Test(arguments: [(lastSentAfter: 3, holds: true), (6, false)])
    func `counts the time until a backlog is gone to its outage, and no more`(lastSentAfter: Int, holds: Bool)
        throws
    {
        let street = try Street(partners: ["crm"])
        let kill = Street.opening + .seconds(60)
        let fault = FaultTimeline.Fault(
            name: "dead-courier", target: "courier", kind: "kill", effectiveAt: kill, endedAt: kill)
        let orders: [(String, sent: Timestamp, heard: Timestamp)] = [
            ("W-8", kill - .milliseconds(50), kill + .seconds(5)),  // held up by the kill
            ("W-9", kill + .seconds(lastSentAfter), kill + .seconds(lastSentAfter + 2)),
        ]
        for (number, sent, heard) in orders {
            try street.send(number, at: sent)
            try street.accept(number, at: sent)
            try street.deliver(number, to: "crm", at: heard)
        }

        let result = try street.audit { $0.faults = FaultTimeline([fault]) }.result(for: .freshness)

        #expect(result?.held == holds)
    }

    @Test func `tells of no freshness where there was no calm`() throws {
        let fault = FaultTimeline.Fault(
            name: "dead-worker", target: "oms", kind: "kill", effectiveAt: Street.opening - .seconds(1))

        let result = try Street().audit { $0.faults = FaultTimeline([fault]) }.result(for: .freshness)

        #expect(result?.held == nil)
    }

    @Test(arguments: [(milliseconds: 150, holds: true), (250, false)])
    func `compares healthy partners with their own best`(milliseconds: Int, holds: Bool) throws {
        let street = try Street()
        let fault = FaultTimeline.Fault(
            name: "carrier-down", target: "partner-carrier", kind: "status",
            effectiveAt: Street.opening + .seconds(60),
            endedAt: Street.opening + .seconds(70))
        let sent = fault.effectiveAt + .seconds(1)
        try street.send("W-9", at: sent)
        try street.accept("W-9", at: sent)
        try street.deliver("W-9", to: "crm", at: sent + .milliseconds(milliseconds))
        try street.deliver("W-9", to: "warehouse", at: sent + .milliseconds(100))

        let result = try street.audit { $0.faults = FaultTimeline([fault]) }.result(for: .isolation)

        #expect(result?.held == holds)
    }

    @Test func `proves no isolation where no partner was away`() throws {
        #expect(try Street().audit().outcome(demanding: [.isolation]).exitStatus == 3)
    }

    @Test func `reckons how long the backlog took to go`() throws {
        let street = try Street()
        let end = Street.opening + .seconds(80)
        for number in 10..<13 {
            try street.send("W-\(number)", at: Street.opening + .seconds(70))
            try street.accept("W-\(number)", at: end + .milliseconds(100 * number))
        }

        let recovery = try #require(
            try street.audit { $0.faults = FaultTimeline([Self.outage]) }.recoveries.first)

        #expect(recovery.backlogAtEnd == 3)
        #expect(recovery.seconds == 1.2)
    }

    @Test(arguments: [-7_200, 7_200])
    func `is not misled by the clock of an order system`(offset: Int) throws {
        let street = try Street(partners: ["crm"])
        try street.send("W-9", at: Street.opening + .seconds(70))
        try street.take("W-9", at: Street.opening + .seconds(70 + offset))
        try street.publish("W-9", at: Street.opening + .seconds(81))
        try street.stage("W-9", at: Street.opening + .seconds(81))
        try street.deliver("W-9", to: "crm", at: Street.opening + .milliseconds(81_500))

        let report = try street.audit { $0.faults = FaultTimeline([Self.outage]) }

        let recovery = try #require(report.recoveries.first)
        #expect(recovery.seconds.map { (0...1).contains($0) } == true)
        #expect(report.partners.first?.ageP95Milliseconds.map { (100...11_500).contains($0) } == true)
    }

    @Test func `counts what the shop kept because it could not reach the queue`() throws {
        let street = try Street(partners: ["crm"])
        let cut = FaultTimeline.Fault(
            name: "cut", target: "shop->broker", kind: "down", effectiveAt: Self.outage.effectiveAt,
            endedAt: Self.outage.endedAt)
        try street.send("W-9", at: Street.opening + .seconds(70), outcome: "unknown")
        try street.send("W-9", at: Street.opening + .seconds(81), attempt: 2)
        try street.accept("W-9", at: Street.opening + .seconds(82))

        let recovery = try #require(try street.audit { $0.faults = FaultTimeline([cut]) }.recoveries.first)

        #expect(recovery.backlogAtEnd == 1 && recovery.seconds == 2)
    }

    @Test(arguments: [(parked: true, seconds: 3.0), (false, nil)])
    func `counts what was given up as done, and waits for the last partner`(parked: Bool, seconds: Double?)
        throws
    {
        let street = try Street(partners: ["crm", "warehouse"])
        let freeze = FaultTimeline.Fault(
            name: "asleep", target: "function", kind: "freeze", effectiveAt: Self.outage.effectiveAt,
            endedAt: Self.outage.endedAt)
        try street.send("W-9", at: Street.opening + .seconds(70))
        try street.accept("W-9", at: Street.opening + .seconds(71))
        try street.deliver("W-9", to: "warehouse", at: Street.opening + .seconds(81))
        try street.deliver("W-9", to: "crm", at: Street.opening + .seconds(83), status: 422)
        if parked {
            try street.edit(
                .notify,
                """
                UPDATE deliveries SET state = 'parked', parked_reason = 'refused', next_attempt_at = NULL
                WHERE order_number = 'W-9' AND partner = 'crm'
                """)
        }

        let recovery = try #require(
            try street.audit { $0.faults = FaultTimeline([freeze]) }.recoveries.first)

        #expect(recovery.backlogAtEnd == 1 && recovery.seconds == seconds)
    }

    @Test func `has no recovery to tell of while something still waits`() throws {
        let street = try Street()
        try street.queue("W-9", try street.send("W-9", at: Street.opening + .seconds(70)))

        let report = try street.audit { $0.faults = FaultTimeline([Self.outage]) }

        #expect(report.recoveries.first?.seconds == nil)
        #expect(report.recoveries.first?.backlogAtEnd == 1)
        #expect(report.result(for: .recovered)?.held == false)
    }

    /// Who injected it was killed; so nobody wrote down its end.
    @Test(arguments: [(later: 9, isOver: false), (13, true)])
    func `takes a fault for over when its time is long up`(later: Int, isOver: Bool) throws {
        let line = """
            {"name":"a","target":"oms","kind":"freeze","effective_at":"2026-11-22T22:16:00.000Z",\
            "ends_at":"2026-11-22T22:16:10.000Z","ended_at":null}
            """
        let now = Timestamp("2026-11-22T22:16:00Z")! + .seconds(later)

        let timeline = FaultTimeline(lines: line, now: now)

        #expect(timeline.active(at: now).isEmpty == isOver)
        #expect(timeline.faults[0].endedAt == (isOver ? Timestamp("2026-11-22T22:16:10Z") : nil))
    }

    @Test func `reads the conductor's notes, a line cut short included`() {
        let timeline = FaultTimeline(
            lines: """
                {"name":"a","target":"oms","kind":"kill","effective_at":"2026-11-22T22:16:00.000Z","ended_at":null,"proof":"gone"}
                {"name":"b","target":"broker","kind":"freeze","effective_at":"2026-11-22T22:15:00.000Z","ended_at":null}
                {"name":"a","target":"oms","kind":"kill","effective_at":"2026-11-22T22:16:00.000Z","ended_at":"2026-11-22T22:16:20.000Z"}
                {"name":"c","target":"oms","kin
                """)

        #expect(timeline.faults.map(\.name) == ["b", "a"])
        #expect(timeline.faults[1].endedAt == Timestamp("2026-11-22T22:16:20Z"))
        #expect(timeline.active(at: Timestamp("2026-11-22T22:16:30Z")!).map(\.name) == ["b"])
    }
}
