import Clockwork
import Orders
import Outages
import Testing

@Suite struct `A tally of what a day came to` {
    @Test func `is perfect where every order was placed and every partner knows it`() throws {
        let day = try SmallDay()
        for order in day.orders { try day.complete(order) }

        let tally = try day.tally()

        #expect(tally.isPerfect)
        #expect(tally.orders == 4 && tally.placed == 4 && tally.refusedByRule == 0)
        #expect(tally.notificationsDue == 8 && tally.turnedAwayValues.isEmpty)
    }

    @Test func `counts who was turned away, and what that was worth`() throws {
        let day = try SmallDay()
        try day.complete(day.orders[0])
        for order in day.orders[1...2] { try day.turnAway(order) }
        try day.leaveOutgoing(day.orders[3])

        let tally = try day.tally()

        #expect(tally.orders == 4 && tally.placed == 1 && tally.turnedAway == 3)
        let worth = day.orders[1...].reduce(0) { $0 + $1.totals.totalMinor }
        #expect(tally.turnedAwayValues == [.init(currency: "EUR", minor: worth, minorDigits: 2)])
        #expect(tally.keptThoughTurnedAway == 0 && !tally.isPerfect)
    }

    @Test func `finds the orders in the books whose customer was turned away`() throws {
        let day = try SmallDay()
        try day.turnAway(day.orders[0])
        try day.keep(day.orders[0])

        #expect(try day.tally().keptThoughTurnedAway == 1)
    }

    @Test func `counts each partner that has not received an order of the books`() throws {
        let day = try SmallDay()
        for order in day.orders { try day.keep(order) }
        try day.deliver(day.orders[0], to: "crm")
        try day.deliver(day.orders[0], to: "crm")
        try day.deliver(day.orders[1], to: "carrier")

        let tally = try day.tally()

        #expect(tally.notificationsDue == 8 && tally.notificationsMissed == 6)
    }

    @Test func `finds a payment for which two orders are in the books`() throws {
        let day = try SmallDay()
        for order in day.orders { try day.keep(order) }
        #expect(try day.tally().storedTwice == 0)

        var again = day.orders[0]
        again.number = OrderNumber("H-9999")!
        again.idempotencyKey = IdempotencyKey("again")!
        try day.keep(again)

        #expect(try day.tally().storedTwice == 1)
    }

    @Test func `does not blame an outage for a rule that was broken`() throws {
        let day = try SmallDay()
        var odd = day.orders[0]
        odd.shippingAddress.country = "QQ"
        try day.submit(odd, outcome: "refused")
        try day.keep(odd)
        // Refused without a word from the books: nobody knows why.
        try day.submit(day.orders[1], outcome: "refused")

        let tally = try day.tally()

        #expect(tally.orders == 2 && tally.placed == 1 && tally.refusedByRule == 1)
        #expect(tally.turnedAway == 0)
    }

    @Test func `does not take what the shop sent on purpose for an order`() throws {
        let day = try SmallDay()
        try day.submit(day.orders[0], outcome: "acknowledged", deliberate: "repeat")

        #expect(try day.tally().orders == 0)
    }

    @Test func `looks for the slowest checkout only while the carrier was down`() throws {
        let day = try SmallDay()
        day.carrierIsDown(from: 10, to: 20)
        try day.submit(day.orders[0], outcome: "acknowledged", from: 1, to: 9)
        try day.submit(day.orders[1], outcome: "unknown", from: 8, to: 8.5)
        try day.submit(day.orders[1], outcome: "acknowledged", attempt: 2, from: 10, to: 11)
        try day.submit(day.orders[2], outcome: "acknowledged", from: 19, to: 19.25)
        try day.submit(day.orders[3], outcome: "acknowledged", from: 21, to: 30)

        #expect(try day.tally().slowestCheckoutMilliseconds == 3_000)
    }
}

@Suite struct `A comparison` {
    private static func tally(
        _ contender: Contender, placed: Int, turnedAway: Int, missed: Int = 0
    ) -> WiringTally {
        var tally = WiringTally(of: contender)
        (tally.orders, tally.placed, tally.turnedAway) = (127, placed, turnedAway)
        (tally.notificationsDue, tally.notificationsMissed) = (375, missed)
        return tally
    }

    private static func comparison(
        coupled: Int = 50, retried: Int = 30, lost: Int = 0, missed: Int = 0, audit: String = "HELD"
    ) -> Comparison {
        Comparison(
            run: "compare-7",
            tallies: [
                tally(.coupled, placed: 127 - coupled, turnedAway: coupled, missed: 9),
                tally(.coupledWithRetry, placed: 127 - retried, turnedAway: retried),
                tally(.decoupled, placed: 127 - lost, turnedAway: lost, missed: missed),
            ], auditWord: audit)
    }

    @Test func `holds when the queue kept everything and the coupled shops did not`() {
        let comparison = Self.comparison()

        #expect(comparison.outcome == .held && comparison.exitStatus == 0)
    }

    @Test(arguments: [comparison(lost: 1), comparison(missed: 1), comparison(audit: "BROKEN")])
    func `is broken when the queue lost or withheld anything`(comparison: Comparison) {
        #expect(comparison.word == "BROKEN" && comparison.exitStatus == 1)
    }

    @Test(arguments: [comparison(coupled: 0), comparison(retried: 0)])
    func `shows nothing when a coupled shop felt no outage`(comparison: Comparison) {
        #expect(comparison.word == "INVALID" && comparison.exitStatus == 3)
    }

    @Test func `shows nothing when its numbers do not add up`() {
        var comparison = Self.comparison()
        comparison.tallies[1].placed -= 1

        #expect(comparison.exitStatus == 3)
    }

    @Test func `shows nothing when an outage did not work`() {
        var comparison = Self.comparison()
        comparison.problem = "coupled: the OMS was to be killed, but did not run"

        #expect(comparison.text.contains("INVALID: coupled: the OMS was to be killed"))
    }

    @Test func `prints a line for each figure, column under column`() {
        var comparison = Self.comparison()
        comparison.tallies[0].turnedAwayValues = [
            .init(currency: "EUR", minor: 123_405, minorDigits: 2),
            .init(currency: "JPY", minor: 900, minorDigits: 0),
        ]
        comparison.tallies[1].slowestCheckoutMilliseconds = 3_104

        let lines = comparison.text.split(separator: "\n").map { $0.split(whereSeparator: { $0 == " " }) }

        #expect(lines[0].joined(separator: " ") == "coupled coupled + retry through queue and stream")
        #expect(lines[1].suffix(3) == ["77/127", "97/127", "127/127"])
        #expect(lines[2].suffix(7) == ["50", "(EUR", "1234.05,", "JPY", "900)", "30", "0"])
        #expect(lines[3].suffix(4) == ["-", "3104", "ms", "-"])
    }
}
