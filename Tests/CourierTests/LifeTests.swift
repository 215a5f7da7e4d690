import Clockwork
import Courier
import Disk
import Testing
import Wire

@Suite struct `A courier that dies` {
    @Test func `goes on where it stopped, and neither resets nor repeats a wait`() throws {
        let office = PostOffice()
        office.crm.answer = { _, number in .status(number < 3 ? 500 : 200) }
        try office.start()
        try office.hand([.sample()])
        office.run(until: { office.crm.arrivals.count == 2 })
        office.wait(.seconds(1))
        let due = try #require(Timestamp(office.values("SELECT next_attempt_at FROM deliveries")[0]))

        office.wait(.seconds(100))
        office.kill()
        office.wait(.seconds(50))
        try office.start()
        office.settle()

        let arrival = Timestamp.noon + office.crm.arrivals[2].at
        #expect(arrival >= due && arrival < due + .milliseconds(5))
        #expect(office.crm.arrivals[2].attempt == 3)
    }

    @Test func `makes the attempt that it was making again, under its number`() throws {
        let office = PostOffice()
        office.crm.answer = { _, _ in .status(200, after: .seconds(1)) }
        try office.start()
        try office.hand([.sample()])
        office.run(until: { office.crm.arrivals.count == 1 })

        try office.restart()
        office.settle()

        #expect(office.crm.arrivals.map(\.attempt) == [1, 1])
        #expect(Set(office.crm.arrivals.map(\.id)).count == 1)
        #expect(
            try office.values("SELECT attempt, class FROM delivery_attempts ORDER BY attempt_id")
                == ["1|interrupted", "1|ok"])
    }

    @Test func `leaves a partner alone for as long as it had meant to`() throws {
        let office = PostOffice()
        office.crm.answer = { _, _ in .fail(.connection) }
        try office.start()
        try office.hand(AcceptedEvent.samples(orders: 30, events: 1))
        office.wait(.seconds(20))
        let before = office.crm.arrivals.count

        try office.restart()
        office.wait(.seconds(5))
        #expect(office.crm.arrivals.count == before)
        office.wait(.seconds(6))

        #expect(office.crm.arrivals.count > before)
    }

    /// Every commit that a small day makes, before and after it.
    @Test(arguments: [CommitPoint.Side.before, .after])
    func `at any commit loses nothing and tells nothing twice under another id`(side: CommitPoint.Side) throws
    {
        let quiet = try day(dyingAt: nil)
        #expect(quiet.commits > 10)

        for number in 1...quiet.commits {
            let day = try day(dyingAt: (number, side))
            #expect(day.heard == quiet.heard, "commit \(number)")
            #expect(day.states == quiet.states, "commit \(number)")
        }
    }

    private func day(
        dyingAt point: (number: Int, side: CommitPoint.Side)?
    ) throws -> (commits: Int, heard: [String: [String]], states: [String]) {
        let office = PostOffice(partners: ["crm", "warehouse"])
        for place in office.endpoints.indices { office.endpoints[place].patience = .fast }
        office.crm.answer = { _, number in .status(number % 3 == 0 ? 500 : 200) }
        try office.start()
        let before = office.commits
        if let point { office.killAtCommit(point.number, point.side) }

        for event in [AcceptedEvent.sample("W-1", 1), .sample("W-2", 1), .sample("W-1", 2)] {
            try office.handSurely([event])
        }
        while !office.settle() { try office.start() }

        var heard: [String: [String]] = [:]
        for (name, receiver) in office.receivers { heard[name] = receiver.accepted.sorted() }
        #expect(
            office.crm.accepted.filter { $0.hasPrefix("W-1") } == ["W-1_order-note_1", "W-1_order-note_2"])
        return (
            office.commits - before, heard,
            try office.values("SELECT event_id, partner, state FROM deliveries ORDER BY event_id, partner")
        )
    }

    @Test func `ends the process when another file lies in its place`() throws {
        let office = PostOffice()
        try office.start()
        office.wait(.seconds(5))
        #expect(!office.hasFailed)
        try office.swapFile()

        #expect(office.run(until: { office.hasFailed }, atMost: .seconds(2)))
    }

    @Test func `would lose what it noted before it posted`() throws {
        let office = PostOffice()
        office.planted = .recordedBeforePosted
        office.crm.answer = { _, _ in .fail(.connection) }

        try office.start()
        try office.hand([.sample()])
        office.settle()

        #expect(try office.values("SELECT state FROM deliveries") == ["delivered"])
        #expect(office.crm.accepted.isEmpty)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `tells the same story for the same seed`(seed: UInt64) throws {
        let stories = try (1...2).map { _ in
            let office = PostOffice(seed: seed, partners: ["carrier", "crm", "warehouse"])
            let chance = Chance.seeded(seed)
            office.crm.answer = { _, _ in .status(chance.unit() < 0.3 ? 500 : 200) }
            try office.start()
            try office.hand(AcceptedEvent.samples(orders: 10, events: 2))
            office.wait(.seconds(600))
            return office.world.traceHash
        }

        #expect(stories[0] == stories[1])
    }
}

@Suite struct `A courier's clock` {
    @Test(arguments: [-7_200, 7_200] as [Int64])
    func `may jump on the wall without moving a wait`(seconds: Int64) throws {
        let office = PostOffice()
        office.crm.answer = { _, number in .status(number < 3 ? 500 : 200) }
        try office.start()
        try office.hand([.sample()])
        office.run(until: { office.crm.arrivals.count == 2 })

        office.turnClock(by: .seconds(seconds))
        office.run(until: { office.crm.arrivals.count == 3 }, atMost: .seconds(100_000))

        let wait = office.crm.arrivals[2].at - office.crm.arrivals[1].at
        #expect(wait > .seconds(239) && wait < .seconds(361))
    }

    @Test func `that goes back between two lives keeps nothing waiting`() throws {
        let office = PostOffice()
        office.endpoints[0].isPaused = true
        try office.start()
        try office.hand([.sample()])
        office.kill()

        office.endpoints[0].isPaused = false
        try office.start(clockOffBy: .seconds(-86_400))

        #expect(office.settle(atMost: .seconds(5)))
    }

    @Test func `that goes back between two lives lets a retry wait no longer than it was told to`() throws {
        let office = PostOffice()
        office.crm.answer = { _, number in .status(number < 2 ? 500 : 200) }
        try office.start()
        try office.hand([.sample()])
        office.run(until: { office.crm.arrivals.count == 1 })
        office.wait(.milliseconds(100))
        office.kill()

        try office.start(clockOffBy: .seconds(-4_000))

        #expect(office.settle(atMost: .seconds(10)))
        #expect(office.crm.arrivals.count == 2)
    }
}
