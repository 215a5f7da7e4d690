import Clockwork
import Disk
import GRDB
import Orders
import Testing
import Wire

@testable import OMS

extension Workshop {
    /// Adds further events of kept orders to the outbox, one round after the other, as later changes of orders will.
    func addEvents(to orders: [Order], rounds: ClosedRange<Int>) throws {
        try store?.disk.write { db in
            for round in rounds {
                for order in orders {
                    let id = "\(order.number)_order-note_\(round)"
                    try db.execute(
                        sql: """
                            INSERT INTO order_events (event_id, order_number, type, occurred_at, actor)
                            VALUES (?1, ?2, 'order.note', '2026-11-22T12:00:00.000Z', 'test');
                            """, arguments: [id, order.number.rawValue])
                    try db.execute(
                        sql: """
                            INSERT INTO outbox (event_id, order_number, partition_key, payload, created_at)
                            VALUES (?1, ?2, ?2, json_object('id', ?1), '2026-11-22T12:00:00.000Z')
                            """, arguments: [id, order.number.rawValue])
                }
            }
        }
    }
}

@Suite struct `The relay` {
    private let orders = (1...8).map { Order.sample("W-\($0)") }

    @Test func `tells the stream within milliseconds of the commit`() throws {
        let shop = Workshop()
        try shop.start()
        shop.wait(.seconds(10))
        shop.place(orders)
        shop.run(until: { (try? shop.store?.count("orders")) == 8 })
        let committed = shop.world.uptime

        shop.run(until: { shop.isTold })

        #expect(shop.world.uptime - committed < .milliseconds(50))
        #expect(try shop.findings(about: orders) == [])
    }

    @Test func `carries what an earlier process has left`() throws {
        let shop = Workshop()
        shop.stream.fault = { _ in .lostRequest }
        shop.place(orders)
        try shop.start()
        shop.run(until: { shop.queue.isEmpty })
        shop.kill()
        shop.stream.fault = { _ in .none }

        try shop.start()
        shop.run(until: { shop.isTold }, atMost: .seconds(2))

        #expect(try shop.findings(about: orders) == [])
        #expect(shop.stream.records.count == 8)
    }

    @Test func `finds an event of which nobody told it, within a second`() throws {
        let shop = Workshop()
        shop.place(orders)
        try shop.start()
        shop.run(until: { shop.isQuiet })

        try shop.addEvents(to: orders, rounds: 1...1)
        shop.run(until: { shop.isTold }, atMost: .seconds(1.1))

        #expect(shop.stream.records.count == 16)
    }

    @Test func `fills its calls up to what the service takes`() throws {
        let shop = Workshop()
        let many = (1...1_200).map { Order.sample("W-\($0)") }
        shop.stream.fault = { _ in .lostRequest }
        shop.place(many)
        try shop.start()
        shop.run(until: { shop.queue.isEmpty })
        let earlier = shop.stream.calls.count

        shop.stream.fault = { _ in .none }
        shop.run(until: { shop.isTold })

        #expect(shop.stream.calls.dropFirst(earlier) == [500, 500, 200])
        #expect(try shop.findings(about: many) == [])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `keeps the order of each order's events, whatever fails`(seed: UInt64) throws {
        let shop = Workshop(seed: seed)
        shop.place(orders)
        try shop.start()
        shop.run(until: { shop.isQuiet })
        try shop.addEvents(to: orders, rounds: 1...6)
        var random = SeededGenerator(seed: seed)
        shop.stream.fault = { put in
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return .lostRequest
            case 1, 2: return .lostReply
            case 3...7:
                let failing = Set(put.records.indices.filter { _ in Bool.random(using: &random) })
                return .partial(failing.contains)
            default: return .none
            }
        }

        #expect(shop.run(until: { shop.isTold }, atMost: .seconds(300)))

        #expect(try shop.findings(about: orders) == [])
        for order in orders {
            let number = order.number.rawValue
            let payloads = try shop.store!.values(
                "SELECT payload FROM outbox WHERE order_number = '\(number)' ORDER BY outbox_seq")
            #expect(shop.stream.firstOccurrences.filter(Set(payloads).contains) == payloads)
        }
    }

    @Test func `publishes again what was not acknowledged, and ticks off what was`() throws {
        let shop = Workshop()
        var calls = 0
        shop.stream.fault = { _ in
            calls += 1
            return calls == 1 ? .lostReply : .none
        }
        shop.place([orders[0]])

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(shop.stream.records.map(\.payload).count == 2)
        #expect(Set(shop.stream.records.map(\.payload)).count == 1)
        #expect(
            try shop.store?.values("SELECT state, attempts, sequence_number, shard_id FROM outbox_overview")
                == ["published|2|\(shop.stream.records[1].sequenceNumber)|\(shop.stream.records[1].shard)"])
    }

    @Test func `waits longer for a stream that asks to be left alone, and writes down why`() throws {
        let shop = Workshop()
        let throttled = WireError("ProvisionedThroughputExceededException", "Rate exceeded.")
        shop.stream.fault = { _ in .refused(throttled) }
        shop.place(orders)
        try shop.start()
        shop.wait(.seconds(60))

        #expect((20...150).contains(shop.stream.calls.count))
        #expect(shop.log.count(of: "warning Events cannot be published") == 1)
        #expect(
            try shop.store?.values("SELECT DISTINCT state, last_error FROM outbox_overview")
                == ["retrying|refused: ProvisionedThroughputExceededException: Rate exceeded."])
        #expect(try shop.store?.values("SELECT waiting, retrying FROM outbox_backlog") == ["8|8"])

        shop.stream.fault = { _ in .none }
        shop.run(until: { shop.isTold }, atMost: .seconds(3))
        #expect(shop.log.count(of: "info The stream takes events again") == 1)
        #expect(try shop.findings(about: orders) == [])
    }

    @Test func `keeps taking orders while the stream is away`() throws {
        let shop = Workshop()
        shop.stream.fault = { _ in .refused(WireError("ResourceNotFoundException", "Stream not found.")) }
        shop.place(orders)
        try shop.start()

        shop.run(until: { shop.queue.isEmpty }, atMost: .seconds(5))

        #expect(try shop.store?.count("orders") == 8)
    }

    @Test func `leaves behind only the one record that the stream will not have`() throws {
        let shop = Workshop()
        shop.stream.fault = { put in
            put.records.contains { $0.partitionKey == "W-5" }
                ? .refused(WireError("ValidationException", "This record is too much.")) : .none
        }
        shop.place(orders)
        try shop.start()

        shop.wait(.seconds(5))

        #expect(
            try shop.store?.values("SELECT order_number FROM outbox WHERE published_at IS NULL") == ["W-5"])
        #expect(shop.stream.records.count == 7)
    }

    @Test(arguments: [DiskError.busy(file: "orders.db"), .full(file: "orders.db")])
    func `publishes nothing twice because of its own trouble`(error: DiskError) throws {
        let shop = Workshop()
        shop.place(orders)
        try shop.start()
        shop.run(until: { shop.isQuiet })
        try shop.addEvents(to: orders, rounds: 1...1)

        shop.failCommits(error, times: 5)
        shop.run(until: { shop.isTold }, atMost: .seconds(30))

        #expect(try shop.findings(about: orders) == [])
        #expect(shop.stream.records.count == 16)
    }
}

@Suite struct `The relay's lease` {
    private let span = Duration.seconds(10)

    @Test func `belongs to one holder until it ends or is given back`() throws {
        let books = try OrderBooks()
        let store = books.store
        let first = try #require(try store.lease(to: "first", for: span, now: .noon))

        #expect(try store.lease(to: "second", for: span, now: .noon + .seconds(9)) == nil)
        #expect(try store.lease(to: "first", for: span, now: .noon + .seconds(9)) == first)
        #expect(try store.lease(to: "second", for: span, now: .noon + .seconds(18)) == nil)
        let second = try #require(try store.lease(to: "second", for: span, now: .noon + .seconds(19)))
        #expect(second.epoch == first.epoch + 1)
        try store.giveBack(second)
        #expect(try store.lease(to: "first", for: span, now: .noon + .seconds(19))?.epoch == second.epoch + 1)
    }

    @Test func `is free again when its process is gone`() throws {
        let books = try OrderBooks()
        _ = try books.store.lease(to: "first", for: span, now: .noon)

        let store = try books.reopened()
        defer { store.close() }

        #expect(try store.lease(to: "second", for: span, now: .noon)?.epoch == 2)
    }

    @Test func `keeps a relay that has lost it from ticking anything off`() throws {
        let books = try OrderBooks()
        try books.decide(.saying(Order.sample().text))
        let entry = try books.store.unpublished(after: 0, limit: 1)[0]
        let lost = try #require(try books.store.lease(to: "zombie", for: span, now: .noon))
        let later = Timestamp.noon + .seconds(60)
        let lease = try #require(try books.store.lease(to: "relay", for: span, now: later))

        let isNoted = try books.store.note(
            [(entry, .published(shard: "s", sequenceNumber: "1"))], under: lost, now: later)
        let isFailureNoted = try books.store.note([(entry, .failed("late"))], under: lost, now: later)

        #expect(!isNoted && !isFailureNoted)
        #expect(try books.values("SELECT state, attempts FROM outbox_overview") == ["waiting|0"])
        #expect(
            try books.store.note(
                [(entry, .published(shard: "s", sequenceNumber: "1"))], under: lease, now: later))
        #expect(try books.store.unpublished(after: 0, limit: 1) == [])
    }

    @Test func `is waited for by a second relay, which takes over`() throws {
        let world = SimulatedWorld(seed: 1, beginning: .noon)
        let host = world.host(named: "oms")
        let books = try OrderBooks()
        let stream = FakeStream(time: host)
        let surroundings = Surroundings(time: host, chance: .seeded(1))
        let zombie = try books.store.lease(to: "frozen", for: span, now: .noon)
        try books.decide(.saying(Order.sample().text))
        let relay = Relay(
            settings: .init(), stream: stream, store: books.store, surroundings: surroundings,
            logger: LogBook().logger)
        Task(executorPreference: host) { try await relay.run() }

        _ = world.run(until: { stream.records.count == 1 }, atMost: .seconds(60))

        #expect(zombie?.epoch == 1)
        #expect(world.uptime >= span)
        #expect(world.uptime < span + .seconds(2))
        host.die()
    }
}
