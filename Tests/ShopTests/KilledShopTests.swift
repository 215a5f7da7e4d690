import Clockwork
import Orders
import Testing

@testable import Shop

@Suite struct `A shop that is killed` {
    @Test(arguments: 1...24)
    func `forgets no order, doubles none and alters none`(seed: UInt64) throws {
        let scene = ShopScene(seed: seed), day = TradingDay.house(40)
        var dice = SeededGenerator(seed: seed)
        let settings = ShopSettings.test(pace: seed.isMultiple(of: 2) ? .burst : .rate(perSecond: 40))
        for _ in 0..<5 {
            scene.queue.weather = Bool.random(using: &dice) ? .stormy : .fine
            try scene.open(settings, source: day)
            scene.take(steps: Int.random(in: 1...600, using: &dice))
            scene.kill()
        }
        scene.queue.weather = .fine
        try scene.open(settings, source: day)
        scene.pass(.seconds(60))

        #expect(scene.queue.messages.map(\.body).sorted() == day.documents.sorted())
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])
        #expect(try scene.rows("SELECT count(*), sum(acknowledged) FROM submitted_orders") == ["40|40"])
        #expect(try scene.rows("SELECT orders_taken FROM trading_days") == ["40"])
    }

    @Test(arguments: 1...12)
    func `has been told yes about nothing that the queue has not`(seed: UInt64) throws {
        let scene = ShopScene(seed: seed)
        scene.queue.weather = .stormy
        try scene.open(.test(), source: TradingDay.house(40))
        scene.take(steps: 40 * Int(seed))
        scene.kill()

        let onQueue = Set(scene.queue.messages.compactMap(\.deduplicationID))
        let told = try scene.rows(
            "SELECT DISTINCT idempotency_key FROM submissions WHERE outcome = 'acknowledged'")
        let tried = Set(try scene.rows("SELECT DISTINCT idempotency_key FROM submissions"))

        #expect(onQueue.isSuperset(of: told))
        #expect(tried.isSuperset(of: onQueue))
    }

    @Test func `numbers its tries on`() throws {
        let scene = ShopScene(), day = TradingDay.house(1)
        try scene.open(.test(), source: day)
        scene.pass(.milliseconds(1))
        for _ in 0..<3 {
            scene.kill()
            scene.queue.weather = .answersLost
            try scene.open(.test(), source: day)
            scene.pass(.milliseconds(3))
        }
        scene.kill()
        scene.queue.weather = .fine
        try scene.open(.test(), source: day)
        scene.pass(.seconds(1))

        let tries = try scene.rows("SELECT attempt, outcome FROM submissions ORDER BY submission_id")
        #expect(tries.last?.hasSuffix("acknowledged") == true)
        #expect(tries.map { $0.split(separator: "|")[0] } == (1...tries.count).map { "\($0)" })
        #expect(scene.queue.messages.count == 1)
    }

    @Test func `serves those who came meanwhile as soon as it opens, when it plays a day again`() throws {
        let scene = ShopScene(), day = HouseDay.day
        let settings = ShopSettings.test(pace: .replay(speed: 549))
        try scene.open(settings, source: day)
        scene.pass(.seconds(20))
        scene.kill()
        let before = scene.queue.messages.count
        scene.pass(.seconds(20))
        try scene.open(settings, source: day)
        scene.pass(.seconds(1))
        let after = scene.queue.messages.count
        scene.pass(.seconds(20))

        #expect(after - before >= 40)
        #expect(scene.queue.messages.count == 127)
    }

    @Test func `tells the same story for the same seed`() throws {
        func story() throws -> (UInt64, [String]) {
            let scene = ShopScene(seed: 5)
            scene.queue.weather = .stormy
            try scene.open(.test(), source: TradingDay.house(20))
            scene.take(steps: 500)
            scene.kill()
            try scene.open(.test(), source: TradingDay.house(20))
            scene.pass(.seconds(20))
            return (
                scene.world.traceHash,
                try scene.rows(
                    "SELECT order_number, attempt, outcome, sent_at FROM submissions ORDER BY submission_id")
            )
        }

        let (first, second) = (try story(), try story())

        #expect(first.0 == second.0)
        #expect(first.1 == second.1)
    }
}

@Suite struct `A prank` {
    private let pranks = [
        Prank(.again, at: .seconds(5)), Prank(.conflict, at: .seconds(5)), Prank(.poison, at: .seconds(6)),
    ]

    @Test func `puts on the queue what a shop should not`() throws {
        let scene = ShopScene(), day = TradingDay.house(10)
        try scene.open(.test(pace: .rate(perSecond: 2), pranks: pranks), source: day)

        scene.pass(.seconds(8))

        let extra = scene.queue.messages.filter { $0.deduplicationID?.hasPrefix("deliberate:") == true }
        let documents = extra.map { OrderDocument($0.body).judged(now: .noon) }
        #expect(extra.count == 3)
        #expect(Set(extra.compactMap(\.deduplicationID)).count == 3)
        #expect(day.documents.contains(extra[0].body) || day.documents.contains(extra[1].body))
        let dearer = try #require(documents.compactMap(\.soundOrder).first { !day.orders.contains($0) })
        let original = try #require(day.orders.first { $0.number == dearer.number })
        #expect(dearer.totals.totalMinor > original.totals.totalMinor)
        #expect(documents.contains { $0.isUnreadable })
    }

    @Test func `is on record as deliberate, beside the customers' orders`() throws {
        let scene = ShopScene()
        try scene.open(.test(pace: .rate(perSecond: 2), pranks: pranks), source: TradingDay.house(10))

        scene.pass(.seconds(8))

        #expect(
            try scene.rows("SELECT kind, acknowledged FROM deliberate_messages ORDER BY kind")
                == ["conflict|1", "poison|1", "repeat|1"])
        #expect(try scene.rows("SELECT count(*), sum(attempts) FROM submitted_orders") == ["10|10"])
    }

    @Test func `is played once, however often the shop is killed`() throws {
        let scene = ShopScene(), day = TradingDay.house(20)
        let settings = ShopSettings.test(pace: .replay(speed: 549), pranks: pranks)
        for _ in 0..<4 {
            try scene.open(settings, source: day)
            scene.pass(.seconds(3))
            scene.kill()
        }
        try scene.open(settings, source: day)
        scene.pass(.seconds(20))

        #expect(try scene.rows("SELECT pranks_played FROM trading_days") == ["3"])
        #expect(scene.queue.messages.count == 23)
    }

    @Test func `waits for an order to be played with`() throws {
        let scene = ShopScene()
        scene.queue.weather = .down
        try scene.open(.test(pranks: [Prank(.again, at: .zero)]), source: TradingDay.house(2))
        scene.pass(.seconds(5))
        let before = try scene.rows("SELECT count(*) FROM outgoing WHERE deliberate IS NOT NULL")
        scene.queue.weather = .fine
        scene.pass(.seconds(10))

        #expect(before == ["0"])
        #expect(scene.queue.messages.count == 3)
    }

    @Test func `is left out when the last order has gone before it was due`() throws {
        let scene = ShopScene()
        let settings = ShopSettings.test(pace: .burst, pranks: [Prank(.again, at: .seconds(5))])
        try scene.open(settings, source: TradingDay.house(2))
        scene.pass(.seconds(2))
        scene.kill()
        try scene.open(settings, source: TradingDay.house(2))
        scene.pass(.seconds(10))

        #expect(try scene.rows("SELECT pranks_played FROM trading_days") == ["1"])
        #expect(scene.queue.messages.count == 2)
    }
}

extension Judgement {
    var soundOrder: Order? { if case .sound(let sound) = self { sound.order } else { nil } }
}
