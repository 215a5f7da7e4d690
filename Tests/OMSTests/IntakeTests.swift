import Clockwork
import Disk
import Orders
import ServiceLifecycleTestKit
import Testing
import Wire

@testable import OMS

@Suite struct `An intake` {
    private let orders = (1...25).map { Order.sample("W-\($0)") }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `keeps every order and empties the queue`(seed: UInt64) throws {
        let shop = Workshop(seed: seed)
        shop.place(orders)

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(try shop.findings(about: orders) == [])
        #expect(try shop.store?.count("orders") == 25)
        #expect(shop.queue.messages.isEmpty)
        #expect(shop.stream.records.count == 25)
    }

    @Test func `takes ten at a time, for as long as the settings say`() throws {
        let shop = Workshop()
        shop.settings.workers = 1
        shop.settings.visibility = .seconds(7)
        shop.place(orders)

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(shop.queue.count(of: "DeleteMessageBatch") == 3)
        #expect(shop.queue.messages.isEmpty)
    }

    @Test func `signs each decision with its own name`() throws {
        let shop = Workshop()
        shop.settings.workers = 3
        shop.place((1...90).map { Order.sample("W-\($0)") })

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(
            try shop.store?.values("SELECT DISTINCT actor FROM order_events ORDER BY 1") == [
                "oms", "oms#2", "oms#3",
            ])
    }

    @Test func `carries the shop's trace into history and event`() throws {
        let shop = Workshop()
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        shop.queue.send(Order.sample().text, id: "m-1", trace: trace)

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(
            try shop.store?.values("SELECT trace_id FROM order_events") == [
                "4bf92f3577b34da6a3ce929d0e0e4736"
            ])
        let event = try OrderEvent(parsing: Array(shop.stream.records[0].payload.utf8))
        #expect(event.traceParent?.description == trace)
    }

    @Test func `asks an idle queue three times a minute, not more`() throws {
        let shop = Workshop()
        shop.settings.workers = 1
        try shop.start()

        shop.wait(.seconds(600))

        #expect((29...31).contains(shop.queue.count(of: "ReceiveMessage")))
    }

    @Test func `does not run hot when the queue answers without waiting`() throws {
        let shop = Workshop()
        shop.settings.workers = 1
        shop.settings.wait = .zero
        try shop.start()

        shop.wait(.seconds(10))

        #expect((50...110).contains(shop.queue.count(of: "ReceiveMessage")))
    }

    @Test func `waits for a queue that is not there yet, and creates none`() throws {
        let shop = Workshop()
        shop.queue.isKnown = false
        shop.place(orders)
        try shop.start()
        shop.wait(.seconds(30))
        #expect(try shop.store?.count("orders") == 0)

        shop.queue.isKnown = true
        shop.run(until: { shop.isQuiet }, atMost: .seconds(5))

        #expect(try shop.store?.count("orders") == 25)
        #expect(shop.log.count(of: "warning The queue cannot be found yet") == 1)
        #expect(Set(shop.queue.calls) == ["GetQueueUrl", "ReceiveMessage", "DeleteMessageBatch"])
    }

    @Test func `says once that the queue is away, and once that it is back`() throws {
        let shop = Workshop()
        shop.settings.workers = 1
        try shop.start()
        shop.wait(.seconds(1))

        shop.queue.fault = { _ in .lostRequest }
        shop.wait(.seconds(60))
        shop.queue.fault = { _ in .none }
        shop.place(orders)
        shop.run(until: { shop.isQuiet }, atMost: .seconds(5))

        #expect(try shop.store?.count("orders") == 25)
        #expect(shop.log.count(of: "warning The queue hands out no orders") == 1)
        #expect(shop.log.count(of: "info The queue hands out orders again") == 1)
    }
}

@Suite struct `A message that comes more than once` {
    private let orders = (1...20).map { Order.sample("W-\($0)") }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `is kept once, though three intakes hold it at the same time`(seed: UInt64) throws {
        let shop = Workshop(seed: seed)
        shop.settings.workers = 3
        shop.queue.copies = 3
        shop.place(orders)

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(try shop.findings(about: orders) == [])
        #expect(try shop.store?.values("SELECT repeats > 0 FROM intake_totals") == ["1"])
        #expect(shop.stream.records.count == 20)
    }

    @Test func `was committed and not deleted, and is recognised by the next process`() throws {
        let shop = Workshop()
        shop.settings.workers = 1
        shop.place([orders[0]])
        try shop.start()
        shop.run(until: { (try? shop.store?.count("orders")) == 1 })  // durable, and not yet deleted
        shop.kill()
        #expect(shop.queue.messages.count == 1)

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(try shop.findings(about: orders.prefix(1).map(\.self)) == [])
        #expect(try shop.store?.values("SELECT deliveries FROM inbox") == ["2"])
        #expect(
            try shop.store?.values("SELECT type FROM order_events ORDER BY event_seq")
                == ["order.accepted", "order.repeat_received"])
    }

    @Test func `is deleted after all when its deletion was not heard`() throws {
        let shop = Workshop()
        shop.settings.workers = 1
        shop.place(orders)
        var losses = 3
        shop.queue.fault = { call in
            guard call == "DeleteMessageBatch", losses > 0 else { return .none }
            losses -= 1
            return losses > 1 ? .failedEntries : .lostRequest
        }

        try shop.start()
        shop.run(until: { shop.isQuiet })

        #expect(losses == 0)
        #expect(try shop.store?.values("SELECT repeats FROM intake_totals") == ["0"])
        #expect(shop.log.count(of: "warning Messages cannot be deleted") == 1)
    }

    @Test func `is left to the inbox when it cannot be deleted in time`() throws {
        let shop = Workshop()
        shop.settings.workers = 1
        shop.place(orders)
        shop.queue.fault = { $0 == "DeleteMessageBatch" ? .lostRequest : .none }
        try shop.start()
        shop.wait(.seconds(100))

        shop.queue.fault = { _ in .none }
        shop.run(until: { shop.isQuiet })

        #expect(try shop.findings(about: orders) == [])
        #expect(try shop.store?.values("SELECT repeats >= 20 FROM intake_totals") == ["1"])
    }
}

@Suite struct `Trouble of our own` {
    private let orders = (1...10).map { Order.sample("W-\($0)") }

    @Test(arguments: [DiskError.busy(file: "orders.db"), .full(file: "orders.db")])
    func `never becomes a rejection, nor costs an order one of its receives`(error: DiskError) throws {
        let shop = Workshop()
        shop.settings.workers = 1
        shop.settings.visibility = .seconds(8)
        try shop.start()
        shop.wait(.seconds(1))
        shop.failCommits(error, times: 60)
        shop.place(orders)

        shop.run(until: { shop.isQuiet }, atMost: .seconds(300))

        #expect(shop.world.uptime > .seconds(20))
        #expect(try shop.findings(about: orders) == [])
        #expect(try shop.store?.values("SELECT repeats, rejected FROM intake_totals") == ["0|0"])
        #expect(
            try shop.store?.values(
                "SELECT DISTINCT json_extract(detail, '$.receive_count') FROM order_events")
                == ["1"])
        #expect(shop.queue.visibilityChanges.count >= 20)
        #expect(shop.queue.visibilityChanges.allSatisfy { $0.seconds == 8 })
        #expect(shop.log.count(of: "warning Orders cannot be written") == 1)
        #expect(shop.log.count(of: "info Orders can be written again") == 1)
    }

    @Test func `keeps orders in the queue while SQLite itself finds no room for them`() throws {
        let shop = Workshop()
        try shop.start()
        shop.wait(.seconds(1))
        try shop.store?.disk.limitGrowth(toPages: 0)
        shop.place(orders)

        shop.wait(.seconds(20))
        #expect(shop.queue.messages.count == 10)
        #expect(try shop.store?.values("SELECT count(*) FROM orders") == ["0"])
        try shop.store?.disk.limitGrowth(toPages: nil)
        shop.run(until: { shop.isQuiet })

        #expect(try shop.findings(about: orders) == [])
        #expect(try shop.store?.values("SELECT repeats, rejected FROM intake_totals") == ["0|0"])
    }

    @Test func `ends the process when the file can no longer be trusted`() throws {
        let shop = Workshop()
        try shop.start()
        shop.wait(.seconds(1))
        shop.failCommits(.failed(file: "orders.db", details: "10 disk I/O error"), times: 1)
        shop.place(orders)

        shop.run(until: { shop.hasEnded })

        #expect(!shop.endedWell)
        #expect(shop.world.uptime < .seconds(2))
        #expect(shop.queue.messages.count == 10)
    }

    @Test func `ends the process when another file lies in its place`() throws {
        let shop = Workshop()
        try shop.start()
        shop.wait(.seconds(5))
        try shop.swapFile()

        shop.run(until: { shop.hasEnded }, atMost: .seconds(2))

        #expect(!shop.endedWell)
    }
}

@Suite struct `A message that is no order` {
    @Test func `is dead after exactly as many receives as the queue allows, and harms nobody`() throws {
        let shop = Workshop()
        let orders = (1...12).map { Order.sample("W-\($0)") }
        shop.queue.maxReceives = 4
        shop.queue.send("not an order", id: "poison-1")
        shop.place(orders)
        shop.queue.send(#"{"order_number": null}"#, id: "poison-2")

        try shop.start()
        shop.run(until: { shop.isQuiet && shop.queue.deadLetters.count == 2 }, atMost: .seconds(60))

        #expect(try shop.findings(about: orders) == [])
        #expect(shop.queue.deadLetters.map(\.receives) == [4, 4])
        #expect(shop.queue.deadLetters.map(\.body).contains("not an order"))
        #expect(shop.log.count(of: "warning Not an order") == 8)
        #expect(shop.log.count(of: "not an order") == 0)
    }
}

@Suite struct `A tidy stop` {
    private let orders = (1...10).map { Order.sample("W-\($0)") }

    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `finishes what has begun and ends the long poll at once`(seed: UInt64) async throws {
        await testGracefulShutdown { trigger in
            #expect(throws: Never.self) {
                let shop = Workshop(seed: seed)
                try shop.start()
                shop.wait(.seconds(5))
                shop.place(orders)
                shop.run(until: { shop.queue.messages.contains { $0.receives > 0 } })

                trigger.triggerGracefulShutdown()
                let stopped = shop.world.uptime
                shop.run(until: { shop.hasEnded }, atMost: .seconds(10))

                #expect(shop.endedWell)
                #expect(shop.world.uptime - stopped < .seconds(1))
                #expect(shop.queue.messages.allSatisfy { $0.receives == 0 })
                try shop.start()
                #expect(try shop.findings(about: orders) == [])
            }
        }
    }

    @Test func `hands back what it could not write`() async throws {
        await testGracefulShutdown { trigger in
            #expect(throws: Never.self) {
                let shop = Workshop()
                shop.settings.workers = 1
                try shop.start()
                shop.wait(.seconds(1))
                shop.failCommits(.busy(file: "orders.db"), times: 10_000)
                shop.place(orders)
                shop.wait(.seconds(5))

                trigger.triggerGracefulShutdown()
                shop.run(until: { shop.hasEnded }, atMost: .seconds(10))

                #expect(shop.endedWell)
                #expect(shop.queue.messages.count == 10)
                #expect(shop.queue.messages.allSatisfy { $0.visibleAt <= shop.world.uptime })
            }
        }
    }

    @Test func `does not wait for a queue that never came`() async throws {
        await testGracefulShutdown { trigger in
            #expect(throws: Never.self) {
                let shop = Workshop()
                shop.queue.isKnown = false
                try shop.start()
                shop.wait(.seconds(5))

                trigger.triggerGracefulShutdown()
                shop.run(until: { shop.hasEnded }, atMost: .seconds(5))

                #expect(shop.endedWell)
            }
        }
    }
}
