import Clockwork
import Disk
import Orders
import Synchronization
import Testing
import Wire

@testable import Shop

@Suite struct `A web shop` {
    @Test func `hands over every order, byte for byte`() throws {
        let scene = ShopScene(), day = TradingDay.house(25)
        try scene.open(.test(lanes: 1), source: day)

        scene.pass(.seconds(5))

        #expect(scene.queue.messages.map(\.body) == day.documents)
        #expect(scene.queue.messages.map(\.group) == day.orders.map(\.number.rawValue))
        #expect(scene.queue.messages.map(\.deduplicationID) == day.orders.map(\.idempotencyKey.rawValue))
        #expect(
            try scene.rows("SELECT count(*), sum(acknowledged), sum(attempts) FROM submitted_orders") == [
                "25|25|25"
            ])
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])
        #expect(try scene.rows("SELECT orders_taken, closed_at IS NOT NULL FROM trading_days") == ["25|1"])
    }

    @Test func `notes each document's content and each message's id`() throws {
        let scene = ShopScene(), day = TradingDay.house(3)
        try scene.open(.test(), source: day)

        scene.pass(.seconds(1))

        let noted = try scene.rows("SELECT document_sha256, outcome FROM submissions ORDER BY order_number")
        #expect(noted == day.orders.map { "\($0.document.contentHash)|acknowledged" })
        #expect(
            Set(try scene.rows("SELECT message_id FROM submissions")) == [
                "message-1", "message-2", "message-3",
            ])
    }

    @Test func `sends a trace along with each order`() throws {
        let scene = ShopScene()
        try scene.open(.test(), source: TradingDay.house(3))

        scene.pass(.seconds(1))

        let traces = scene.queue.messages.compactMap { $0.trace.flatMap { TraceParent($0)?.traceID } }
        #expect(Set(traces).count == 3)
        #expect(Set(try scene.rows("SELECT trace_id FROM submissions")) == Set(traces))
    }

    @Test func `speaks to a standard queue without group and deduplication`() throws {
        let scene = ShopScene()
        var settings = ShopSettings.test()
        settings.queue = Pipeline.standardOrderQueue
        try scene.open(settings, source: TradingDay.house(2))

        scene.pass(.seconds(1))

        #expect(scene.queue.messages.count == 2)
        #expect(scene.queue.messages.allSatisfy { $0.group == nil && $0.deduplicationID == nil })
    }

    @Test func `writes down each try before it is made`() throws {
        let shopFile = Mutex<TemporaryDirectory?>(nil)
        let early = Mutex<[String]>([])
        let scene = ShopScene { message in
            guard let directory = shopFile.withLock({ $0 }), let key = message.deduplicationID else { return }
            let tries = try ShopScene.rows(
                "SELECT outcome FROM submissions WHERE idempotency_key = '\(key)' AND answered_at IS NULL",
                in: directory)
            if tries != ["unknown"] { early.withLock { $0.append(key) } }
        }
        shopFile.withLock { $0 = scene.directory }
        try scene.open(.test(), source: TradingDay.house(30))

        scene.pass(.seconds(5))

        #expect(scene.queue.messages.count == 30)
        #expect(early.withLock { $0 } == [])
    }

    @Test func `sends an order of unknown fate again, under the same key`() throws {
        let scene = ShopScene(), day = TradingDay.house(5)
        try scene.open(.test(pace: .rate(perSecond: 10)), source: day)
        scene.pass(.milliseconds(50))
        scene.queue.weather = .answersLost
        scene.pass(.seconds(2))
        scene.queue.weather = .fine
        scene.pass(.seconds(5))

        let tries = try scene.rows("SELECT DISTINCT outcome, attempt > 1 FROM submissions ORDER BY 1, 2")
        #expect(tries == ["acknowledged|0", "acknowledged|1", "unknown|0", "unknown|1"])
        #expect(scene.queue.messages.map(\.body).sorted() == day.documents.sorted())
        #expect(try scene.rows("SELECT count(DISTINCT idempotency_key) FROM submissions") == ["5"])
    }

    @Test(arguments: [QueueDouble.Weather.down, .answersLost])
    func `sells on while the queue is away`(weather: QueueDouble.Weather) throws {
        let scene = ShopScene(), day = TradingDay.house(30)
        try scene.open(.test(pace: .rate(perSecond: 5)), source: day)
        scene.pass(.milliseconds(500))
        let before = scene.queue.messages.count
        scene.queue.weather = weather
        scene.pass(.seconds(8))

        #expect(try scene.rows("SELECT orders_taken FROM trading_days") == ["30"])
        #expect(try scene.rows("SELECT count(*) FROM orders_not_handed_over") == ["\(30 - before)"])
        #expect(try scene.rows("SELECT max(attempt) > 1 FROM submissions") == ["1"])

        scene.queue.weather = .fine
        scene.pass(.seconds(5))

        #expect(Set(scene.queue.messages.map(\.body)) == Set(day.documents))
        #expect(scene.queue.messages.count == 30)
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])
        #expect(
            try scene.rows("SELECT count(*) FROM submitted_orders WHERE acknowledged AND attempts > 1") != [
                "0"
            ])
    }

    @Test func `asks for its queue until there is one`() throws {
        let scene = ShopScene()
        scene.queue.weather = .refusing(SQS.queueDoesNotExist)
        try scene.open(.test(), source: TradingDay.house(3))
        scene.pass(.seconds(10))
        scene.queue.weather = .fine
        scene.pass(.seconds(5))

        #expect(scene.queue.messages.count == 3)
    }

    @Test func `keeps an order that is refused for somebody else's fault`() throws {
        let denied = WireError("AccessDeniedException", "no", status: 403, legacyCode: "AccessDenied")
        let scene = ShopScene()
        try scene.open(.test(pace: .rate(perSecond: 10)), source: TradingDay.house(10))
        scene.pass(.milliseconds(50))
        scene.queue.weather = .refusing(denied)
        scene.pass(.seconds(5))

        #expect(try scene.rows("SELECT DISTINCT outcome FROM submissions WHERE attempt > 1") == ["refused"])
        #expect(try scene.rows("SELECT count(*) FROM orders_not_handed_over") != ["0"])

        scene.queue.weather = .fine
        scene.pass(.seconds(10))

        #expect(scene.queue.messages.count == 10)
        #expect(try scene.rows("SELECT count(*) FROM submitted_orders WHERE NOT acknowledged") == ["0"])
    }

    @Test(arguments: [true, false])
    func `gives up an order that no queue can take, and that one only`(inBatch: Bool) throws {
        let bad = HouseDay.day.orders[4].document.text
        let scene = ShopScene { message in
            guard message.body == bad else { return }
            throw WireError(
                "InvalidMessageContents", "bad", namespace: SQS.modelNamespace,
                legacyCode: "InvalidMessageContents")
        }
        try scene.open(.test(pace: inBatch ? .burst : .rate(perSecond: 10)), source: TradingDay.house(10))

        scene.pass(.seconds(10))

        #expect(scene.queue.messages.count == 9)
        #expect(
            try scene.rows(
                "SELECT order_number, refused, attempts FROM submitted_orders WHERE NOT acknowledged")
                == ["H-1005|1|1"])
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])
    }

    @Test func `keeps together what it tries again because it was throttled`() throws {
        let scene = ShopScene()
        scene.queue.weather = .throttling
        try scene.open(.test(), source: TradingDay.house(10))
        scene.pass(.seconds(5))
        scene.queue.weather = .fine
        scene.pass(.seconds(30))

        #expect(scene.queue.calls.map(\.count) == [10])
        #expect(try scene.rows("SELECT DISTINCT outcome FROM submissions WHERE attempt = 1") == ["refused"])
        #expect(try scene.rows("SELECT count(*) FROM submitted_orders WHERE NOT acknowledged") == ["0"])
    }

    @Test func `finds the one order that spoils a whole call`() throws {
        let bad = HouseDay.day.orders[4].document.text
        let scene = ShopScene { message in
            guard message.body == bad else { return }
            throw WireError("InvalidParameterValueException", "bad", legacyCode: "InvalidParameterValue")
        }
        try scene.open(.test(), source: TradingDay.house(10))

        scene.pass(.seconds(10))

        #expect(scene.queue.messages.count == 9)
        #expect(
            try scene.rows("SELECT order_number FROM submitted_orders WHERE NOT acknowledged") == ["H-1005"])
        #expect(try scene.rows("SELECT DISTINCT attempts FROM submitted_orders") == ["2"])
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])
    }

    @Test func `fills its calls by bytes and by count`() throws {
        var large = HouseDay.day.orders[0]
        large.note = String(repeating: "n", count: 2_000)
        large.lines = (1...2_000).map {
            Order.Line(
                number: $0, sku: SKU("S"), name: String(repeating: "x", count: 60), quantity: 1,
                unitPriceMinor: 1, totalMinor: 1)
        }
        let orders = (0..<12).map { place in
            var order = place % 3 == 0 ? large : HouseDay.day.orders[place]
            order.number = OrderNumber("L-\(place)")!
            order.idempotencyKey = IdempotencyKey(toPlace: order.number)
            return order
        }
        let scene = ShopScene()
        try scene.open(.test(lanes: 2), source: TradingDay(named: "large", orders: orders))

        scene.pass(.seconds(5))

        #expect(scene.queue.messages.count == 12)
        #expect(scene.queue.calls.allSatisfy { $0.count <= 10 && $0.reduce(0, +) <= 1_048_576 })
        #expect(scene.queue.calls.contains { $0.count > 1 })
    }

    @Test func `outlasts a ledger that has no room for a while`() throws {
        let scene = ShopScene()
        let witness = FullFor(commits: 20...25)
        try scene.open(.test(pace: .rate(perSecond: 10)), source: TradingDay.house(30), witness: witness)

        scene.pass(.seconds(20))

        #expect(witness.refusals == 6)
        #expect(scene.queue.messages.count == 30)
        #expect(try scene.rows("SELECT count(*) FROM submitted_orders WHERE acknowledged") == ["30"])
    }

    @Test func `takes nothing in while there is hardly any room, and hands over what it has`() throws {
        let free = Mutex<Int64>(1 << 40)
        let scene = ShopScene()
        let space = SpaceGauge(directory: scene.directory.path, ballastBytes: 0) { free.withLock { $0 } }
        try scene.open(.test(pace: .rate(perSecond: 10)), source: TradingDay.house(60), space: space)
        scene.pass(.seconds(2))
        free.withLock { $0 = 64 << 20 }
        scene.pass(.seconds(2))
        let taken = try scene.rows("SELECT orders_taken FROM trading_days")
        scene.pass(.seconds(5))

        #expect(try scene.rows("SELECT orders_taken FROM trading_days") == taken)
        #expect(try scene.rows("SELECT count(*) FROM outgoing") == ["0"])

        free.withLock { $0 = 1 << 40 }
        scene.pass(.seconds(10))

        #expect(scene.queue.messages.count == 60)
    }

    @Test func `finishes what it has begun when it is told to stop, and begins nothing`() throws {
        let stopped = Mutex(false)
        let scene = ShopScene(), day = TradingDay.house(100)
        try scene.open(.test(pace: .rate(perSecond: 50)), source: day, stopAfter: .milliseconds(1_000)) {
            stopped.withLock { $0 = true }
        }

        scene.pass(.seconds(5))

        let taken = try #require(Int(try scene.rows("SELECT orders_taken FROM trading_days")[0]))
        #expect(stopped.withLock { $0 })
        #expect((30...60).contains(taken))
        #expect(try scene.rows("SELECT count(*) FROM submissions WHERE answered_at IS NULL") == ["0"])
    }

    @Test func `stops at once while the queue is away, and keeps what it has`() throws {
        let stopped = Mutex(false)
        let scene = ShopScene(), day = TradingDay.house(20)
        scene.queue.weather = .down
        try scene.open(.test(), source: day, stopAfter: .seconds(3)) { stopped.withLock { $0 = true } }
        scene.pass(.milliseconds(3_010))

        #expect(stopped.withLock { $0 })
        #expect(try scene.rows("SELECT count(*) FROM orders_not_handed_over") == ["20"])

        scene.queue.weather = .fine
        try scene.open(.test(), source: day)
        scene.pass(.seconds(5))

        #expect(Set(scene.queue.messages.map(\.body)) == Set(day.documents))
    }

    @Test func `serves no more customers than come`() throws {
        let scene = ShopScene()
        try scene.open(.test(), source: FirstPurchases(40, of: SyntheticOrders(seed: 3)))

        scene.pass(.seconds(10))

        #expect(scene.queue.messages.count == 40)
    }

    @Test func `does not let a source without end fill the disk`() throws {
        let scene = ShopScene()
        var settings = ShopSettings.test()
        settings.mostOutgoing = 60
        scene.queue.weather = .down
        try scene.open(settings, source: SyntheticOrders(seed: 3))

        scene.pass(.seconds(5))

        let waiting = try #require(Int(try scene.rows("SELECT count(*) FROM outgoing")[0]))
        #expect((60...110).contains(waiting))
    }
}

/// A disk without room at some commits.
private final class FullFor: CommitWitness {
    private let commits: ClosedRange<Int>
    private let count = Mutex((reached: 0, refused: 0))

    init(commits: ClosedRange<Int>) { self.commits = commits }

    var refusals: Int { count.withLock(\.refused) }

    func reached(_ point: CommitPoint) throws {
        guard point.side == .before else { return }
        let isFull = count.withLock { count in
            count.reached += 1
            guard commits.contains(count.reached) else { return false }
            count.refused += 1
            return true
        }
        if isFull { throw DiskError.full(file: point.file) }
    }
}
