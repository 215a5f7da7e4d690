import Courier
import Disk
import Testing
import Wire

@Suite struct `A replay` {
    @Test func `goes out at once, under the same id and with the next number, to that partner alone`() throws
    {
        let office = PostOffice(partners: ["crm", "carrier"])
        try office.start()
        try office.hand([.sample()])
        office.settle()

        let told = try office.replay([.sample()], to: "crm")
        office.settle()

        #expect(told == .init(replayed: 1))
        #expect(office.crm.arrivals.map(\.attempt) == [1, 2])
        #expect(Set(office.crm.arrivals.map(\.id)).count == 1)
        #expect(office.receivers["carrier"]?.arrivals.count == 1)
    }

    @Test func `keeps the moment of the first delivery on record`() throws {
        let office = PostOffice()
        try office.start()
        try office.hand([.sample()])
        office.settle()
        let before = try office.values("SELECT delivered_at FROM deliveries")
        office.wait(.seconds(60))

        try office.replay([.sample()], to: "crm")
        office.settle()

        #expect(try office.values("SELECT delivered_at FROM deliveries") == before)
        #expect(try office.values("SELECT state, attempts FROM deliveries") == ["delivered|2"])
    }

    @Test func `of several events of an order keeps their order`() throws {
        let office = PostOffice()
        let events = [AcceptedEvent.sample("W-1", 1), .sample("W-1", 2), .sample("W-1", 3)]
        try office.start()
        try office.hand(events)
        office.settle()

        try office.replay(events, to: "crm")
        office.settle()

        #expect(office.crm.arrivals.map(\.id) == (events + events).map(\.eventId))
    }

    @Test func `of a delivery that was given up is tried with all patience again`() throws {
        let office = PostOffice()
        office.crm.answer = { _, number in .status(number <= 13 ? 500 : 200) }
        try office.start()
        try office.hand([.sample()])
        office.settle(atMost: .seconds(6 * 86_400))
        #expect(try office.values("SELECT state, attempts FROM deliveries") == ["parked|10"])

        try office.replay([.sample()], to: "crm")
        office.settle(atMost: .seconds(6 * 86_400))

        #expect(try office.values("SELECT state, attempts FROM deliveries") == ["delivered|14"])
    }

    @Test func `leaves alone what is on its way, and takes on what the courier has never seen`() throws {
        let office = PostOffice(partners: ["crm", "carrier"])
        office.crm.answer = { _, _ in .status(500) }
        try office.start()
        try office.hand([.sample("W-1", 1)])
        office.wait(.seconds(1))

        let told = try office.replay([.sample("W-1", 1), .sample("W-2", 1)], to: "crm")

        #expect(told == .init(underWay: 1, newEvents: 1))
        #expect(try office.count("deliveries WHERE order_number = 'W-2'") == 2)
    }

    @Test func `survives a death at either side of its commit`() throws {
        for side in [CommitPoint.Side.before, .after] {
            let office = PostOffice()
            try office.start()
            try office.hand([.sample()])
            office.settle()

            office.killAtCommit(1, side)
            let told = try office.replay([.sample()], to: "crm")
            #expect(told == nil)
            try office.start()
            try office.replay([.sample()], to: "crm")
            office.settle()

            #expect(try office.values("SELECT state FROM deliveries") == ["delivered"])
            #expect(office.crm.arrivals.count >= 2)
        }
    }

    @Test func `to nobody that the courier knows is refused, and changes nothing`() throws {
        let office = PostOffice()
        try office.start()
        try office.hand([.sample()])
        office.settle()

        #expect(throws: ClientError.self) { try office.replay([.sample()], to: "nobody") }
        #expect(office.crm.arrivals.count == 1)
    }
}
