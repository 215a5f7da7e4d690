import Clockwork
import Courier
import Testing
import Wire

@Suite struct `A partner's lane` {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `keeps the order of each order's events, whatever fails and whoever dies`(seed: UInt64) throws {
        let office = PostOffice(seed: seed, partners: ["carrier", "crm", "warehouse"])
        for place in office.endpoints.indices { office.endpoints[place].patience = .stubborn }
        let chance = Chance.seeded(seed)
        for receiver in office.receivers.values { receiver.answer = { _, _ in Self.anyAnswer(chance) } }
        let events = AcceptedEvent.samples(orders: 6, events: 4)

        for part in stride(from: 0, to: events.count, by: 5) {
            try office.handSurely(Array(events[part..<min(part + 5, events.count)]))
            office.wait(.milliseconds(chance.draw { Int64.random(in: 0...400, using: &$0) }))
            if chance.unit() < 0.5 { try office.restart() }
        }
        try office.restart()

        #expect(office.settle(atMost: .seconds(36_000)))
        for (name, receiver) in office.receivers {
            for order in 1...6 {
                let heard = receiver.accepted.filter { $0.hasPrefix("W-\(order)_") }
                #expect(heard == (1...4).map { "W-\(order)_order-note_\($0)" }, "\(name), order \(order)")
            }
        }
        #expect(try office.values("SELECT DISTINCT state FROM deliveries") == ["delivered"])
    }

    private static func anyAnswer(_ chance: Chance) -> Receiver.Answer {
        let wait = Duration.milliseconds(chance.draw { Int64.random(in: 1...300, using: &$0) })
        return switch chance.draw({ Int.random(in: 0..<10, using: &$0) }) {
        case 0: .status(500, after: wait)
        case 1: .status(429, ["retry-after": "1"], after: wait)
        case 2: .fail(.connection)
        case 3: .silence
        default: .status(200, after: wait)
        }
    }

    @Test func `goes on with an order once its earlier event is parked`() throws {
        let office = PostOffice()
        office.endpoints[0].patience = .fast
        office.crm.answer = { request, _ in
            .status(request.headers["webhook-id"] == "W-1_order-note_1" ? 500 : 200)
        }

        try office.start()
        try office.hand([.sample("W-1", 1), .sample("W-1", 2)])
        office.settle()

        #expect(
            try office.values("SELECT event_id, state FROM deliveries ORDER BY order_version")
                == ["W-1_order-note_1|parked", "W-1_order-note_2|delivered"])
        #expect(office.crm.arrivals.map(\.attempt) == [1, 2, 3, 4, 5, 6, 7, 1])
    }

    @Test func `sends one event of an order at a time`() throws {
        let office = PostOffice()
        office.crm.answer = { _, _ in .status(200, after: .seconds(1)) }

        try office.start()
        try office.hand((1...5).map { .sample("W-1", $0) })
        office.settle()

        #expect(office.crm.mostUnderWay == 1)
        #expect(office.crm.arrivals.count == 5)
    }

    @Test func `has no more under way than it may`() throws {
        let office = PostOffice()
        office.endpoints[0].concurrency = 3
        office.crm.answer = { _, _ in .status(200, after: .seconds(1)) }

        try office.start()
        try office.hand(AcceptedEvent.samples(orders: 12, events: 1))
        office.settle()

        #expect(office.crm.mostUnderWay == 3)
    }

    @Test func `is not felt by the others when its partner never answers`() throws {
        let office = PostOffice(partners: ["crm", "warehouse"])
        office.crm.answer = { _, _ in .silence }
        let warehouse = office.receivers["warehouse"]!

        try office.start()
        for round in 1...20 {
            try office.hand(
                AcceptedEvent.samples(orders: 10, events: 1).map { .sample($0.orderNumber, round) })
            office.wait(.seconds(1))
        }

        #expect(warehouse.accepted.count == 200)
        #expect(
            try office.count(
                "delivery_overview WHERE partner = 'warehouse' AND (age_ms IS NULL OR age_ms > 20)") == 0)
    }

    @Test func `lets nothing new wait behind retries`() throws {
        let office = PostOffice()
        office.endpoints[0].patience.breaker.fewestAttempts = 1_000
        office.crm.answer = { request, _ in
            request.headers["webhook-id"]!.hasPrefix("BAD") ? .silence : .status(200)
        }

        try office.start()
        try office.hand((1...40).map { .sample("BAD-\($0)") })
        office.wait(.seconds(400))
        for number in 1...40 {
            try office.hand([.sample("W-\(number)")])
            office.wait(.milliseconds(100))
        }

        #expect(office.crm.accepted.count == 40)
        #expect(
            try office.count(
                "delivery_overview WHERE order_number LIKE 'W-%' AND (age_ms IS NULL OR age_ms > 20)") == 0)
    }

    @Test func `leaves a partner alone while its circuit is open, and uses up no attempt`() throws {
        let office = PostOffice()
        office.crm.answer = { _, _ in .fail(.connection) }

        try office.start()
        try office.hand(AcceptedEvent.samples(orders: 30, events: 1))
        office.wait(.seconds(20))

        let before = office.crm.arrivals.count
        #expect(before >= 10 && before < 30)
        #expect(try office.values("SELECT circuit FROM partner_lanes") == ["open"])
        office.crm.answer = { _, _ in .status(200) }
        office.wait(.seconds(5))
        #expect(office.crm.arrivals.count == before)
        office.settle()
        #expect(office.crm.accepted.count == 30)
        #expect(try office.values("SELECT circuit FROM partner_lanes") == ["closed"])
        #expect(try office.values("SELECT max(attempts) FROM deliveries") == ["2"])
    }

    @Test func `asks with a single probe whether the partner is back`() throws {
        let office = PostOffice()
        office.crm.answer = { _, _ in .status(500) }

        try office.start()
        try office.hand(AcceptedEvent.samples(orders: 30, events: 1))
        office.wait(.seconds(25))
        let before = office.crm.arrivals.count
        office.crm.answer = { _, _ in .status(500, after: .seconds(10)) }
        office.wait(.seconds(10))

        #expect(office.crm.arrivals.count == before + 1)
    }

    @Test func `has half as much under way once its partner is overloaded`() throws {
        let office = PostOffice()
        office.crm.answer = { _, number in
            number == 1 ? .status(429, ["retry-after": "1"]) : .status(200, after: .seconds(1))
        }

        try office.start()
        try office.hand([.sample("W-0")])
        office.wait(.milliseconds(100))
        try office.hand(AcceptedEvent.samples(orders: 4, events: 1))
        office.wait(.milliseconds(100))
        try office.hand(AcceptedEvent.samples(orders: 12, events: 1))
        office.wait(.milliseconds(100))

        #expect(office.crm.mostUnderWay == 4)
    }

    @Test func `is closed for good by 410, and what waits in it is skipped`() throws {
        let office = PostOffice(partners: ["crm", "warehouse"])
        office.crm.answer = { _, _ in .status(410) }

        try office.start()
        try office.hand([.sample("W-1", 1), .sample("W-1", 2)])
        office.settle()
        try office.hand([.sample("W-2", 1)])
        try office.restart()
        office.crm.answer = { _, _ in .status(200) }
        try office.hand([.sample("W-3", 1)])
        office.settle()

        #expect(
            try office.values(
                """
                SELECT event_id, state, coalesce(parked_reason, last_error)
                FROM deliveries WHERE partner = 'crm'
                """) == [
                    "W-1_order-note_1|parked|the endpoint is gone", "W-1_order-note_2|skipped|gone",
                    "W-2_order-note_1|skipped|gone", "W-3_order-note_1|skipped|gone",
                ])
        #expect(office.receivers["warehouse"]?.accepted.count == 4)
        #expect(office.crm.arrivals.count == 1)
    }

    @Test func `is opened again by another address`() throws {
        let office = PostOffice()
        office.crm.answer = { _, number in .status(number == 1 ? 410 : 200) }
        try office.start()
        try office.hand([.sample("W-1")])
        office.settle()

        office.endpoints[0].url = EndpointURL("http://127.0.0.1:9001/moved")!
        try office.restart()
        try office.hand([.sample("W-2")])
        office.settle()

        #expect(office.crm.accepted == ["W-2_order-note_1"])
    }

    @Test func `keeps what comes while it is paused, and sends it afterwards`() throws {
        let office = PostOffice()
        office.endpoints[0].isPaused = true
        try office.start()
        try office.hand([.sample()])
        office.wait(.seconds(3_600))
        #expect(office.crm.arrivals.isEmpty)

        office.endpoints[0].isPaused = false
        try office.restart()

        office.settle()
        #expect(office.crm.accepted.count == 1)
    }

    @Test func `skips what comes while it is disabled`() throws {
        let office = PostOffice(partners: ["crm", "warehouse"])
        office.endpoints[0].isEnabled = false

        try office.start()
        try office.hand([.sample()])
        office.settle()

        #expect(
            try office.values("SELECT partner, state FROM deliveries ORDER BY partner")
                == ["crm|skipped", "warehouse|delivered"])
    }

    /// Only the watch over the ledger's file looks once a second.
    @Test func `does nothing while there is nothing to do`() throws {
        let office = PostOffice()
        try office.start()
        office.wait(.seconds(1))
        let (steps, commits) = (office.world.steps, office.commits)

        office.wait(.seconds(3_600))

        #expect(office.world.steps - steps < 3_600 + 10)
        #expect(office.commits == commits)
    }
}

extension Patience {
    /// Does not give up while a test lasts.
    fileprivate static let stubborn = Patience(
        schedule: .exponential(base: .milliseconds(100), factor: 2, cap: .seconds(5), limit: 100),
        afterOverload: .seconds(1),
        breaker: CircuitBreaker.Limits(
            window: .seconds(5), openFor: .milliseconds(500), longestOpen: .seconds(2)))
}
