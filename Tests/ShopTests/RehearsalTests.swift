import Clockwork
import GRDB
import Orders
import Testing
import Wire

@testable import Shop

/// A shop that is asked for things while it sells, 10 orders a second unless told otherwise.
private final class RehearsedShop {
    let scene: ShopScene
    let rehearsal = Rehearsal()
    private let settings: ShopSettings
    private let source: any PurchaseSource

    init(
        pace: Pace = .rate(perSecond: 10), queue: String = Pipeline.orderQueue,
        source: any PurchaseSource = SyntheticOrders(seed: 7),
        inspect: @escaping @Sendable (QueueDouble.Message) throws -> Void = { _ in }
    ) throws {
        scene = ShopScene(inspect: inspect)
        var settings = ShopSettings.test(pace: pace)
        settings.queue = queue
        self.settings = settings
        self.source = source
        try open()
    }

    func open() throws { try scene.open(settings, source: source, rehearsal: rehearsal) }

    func ask(timesFaster factor: Double = 1, pranks: [PrankSeries] = []) {
        rehearsal.ask(timesFaster: factor, pranks: pranks, now: scene.world.uptime)
    }

    func ask(for kind: Prank.Kind, count: Int, within span: Duration) {
        let now = scene.world.uptime
        ask(pranks: [PrankSeries("series", kind, count: count, over: now...(now + span))])
    }

    var standing: PrankSeries.Standing? { rehearsal.standing(of: "series") }

    /// Orders taken while some time passes.
    func sold(in span: Duration) throws -> Int {
        let before = try taken
        scene.pass(span)
        return try taken - before
    }

    private var taken: Int {
        get throws { try Int(scene.rows("SELECT orders_taken FROM trading_days").first ?? "") ?? 0 }
    }
}

@Suite struct `A shop that is asked for another tempo` {
    @Test(arguments: [(20.0, 200), (2.5, 25), (0.5, 5), (0, 0)])
    func `sells so many times faster, or not at all, and then as ever`(factor: Double, orders: Int) throws {
        let shop = try RehearsedShop()
        shop.scene.pass(.milliseconds(950))

        shop.ask(timesFaster: factor)
        #expect(abs(try shop.sold(in: .seconds(1)) - orders) <= 1)
        shop.ask()

        #expect(abs(try shop.sold(in: .seconds(2)) - 20) <= 1)
        #expect(try shop.scene.rows("SELECT count(*) FROM submissions WHERE deliberate IS NOT NULL") == ["0"])
    }

    @Test func `plays a day again faster, too, and goes on from there when it is killed`() throws {
        let shop = try RehearsedShop(pace: .replay(speed: 1))
        shop.ask(timesFaster: 20)
        #expect(abs(try shop.sold(in: .seconds(10)) - 200) <= 1)

        shop.scene.kill()
        shop.ask()
        try shop.open()

        #expect(abs(try shop.sold(in: .seconds(10)) - 10) <= 1)
    }

    @Test func `does not sell at once what it sells all at once, while it is to sell nothing`() throws {
        let shop = try RehearsedShop(pace: .burst, source: TradingDay.house(10))
        shop.ask(timesFaster: 0)
        #expect(try shop.sold(in: .seconds(5)) == 0)
        #expect(shop.rehearsal.isAttended && !shop.rehearsal.isSoldOut)

        shop.ask()

        #expect(try shop.sold(in: .seconds(1)) == 10)
        #expect(shop.rehearsal.isSoldOut)
    }

    @Test func `sells as a shop with which nobody rehearses, while nothing is asked for`() throws {
        func story(_ rehearsal: Rehearsal?) throws -> [String] {
            let scene = ShopScene(seed: 5)
            scene.queue.weather = .stormy
            try scene.open(
                .test(pace: .rate(perSecond: 20)), source: TradingDay.house(40), rehearsal: rehearsal)
            scene.pass(.seconds(20))
            return try scene.rows("SELECT order_number, document_sha256 FROM submitted_orders ORDER BY 1")
        }

        #expect(try story(Rehearsal()) == story(nil))
    }
}

@Suite struct `A series of pranks` {
    @Test(arguments: [(Prank.Kind.poison, "poison"), (.conflict, "conflict"), (.again, "repeat")])
    func `is sent evenly spread, through the ledger, and on record as deliberate`(
        kind: Prank.Kind, word: String
    ) throws {
        let shop = try RehearsedShop()
        shop.scene.pass(.seconds(1))
        shop.ask(for: kind, count: 5, within: .seconds(5))

        for sent in 1...5 {
            shop.scene.pass(.milliseconds(500))
            #expect(shop.standing == .sent(sent))
            shop.scene.pass(.milliseconds(500))
        }

        #expect(
            try shop.scene.rows(
                "SELECT deliberate, outcome, count(*) FROM submissions WHERE deliberate IS NOT NULL GROUP BY 1, 2"
            )
                == ["\(word)|acknowledged|5"])
        #expect(try shop.scene.rows("SELECT kind, wanted, played FROM prank_series") == ["\(word)|5|5"])
        #expect(try shop.scene.rows("SELECT pranks_played FROM trading_days") == ["0"])
        #expect(try shop.scene.rows("SELECT count(*) FROM submitted_orders WHERE NOT acknowledged") == ["0"])
    }

    @Test func `contradicts an order each time with something else`() throws {
        let shop = try RehearsedShop(source: TradingDay.house(1))
        shop.scene.pass(.seconds(1))

        shop.ask(for: .conflict, count: 3, within: .seconds(1))
        shop.scene.pass(.seconds(1))

        let messages = shop.scene.queue.messages
        #expect(messages.count == 4)
        #expect(Set(messages.map(\.body)).count == 4)
        #expect(Set(messages.map(\.group)).count == 1)
        #expect(messages.allSatisfy { OrderDocument($0.body).judged(now: .noon).soundOrder != nil })
    }

    @Test func `of messages that cannot be read keeps none waiting for another`() throws {
        let shop = try RehearsedShop()

        shop.ask(for: .poison, count: 12, within: .seconds(1))
        shop.scene.pass(.seconds(1))

        let poison = shop.scene.queue.messages.filter {
            OrderDocument($0.body).judged(now: .noon).isUnreadable
        }
        #expect(poison.count == 12)
        #expect(Set(poison.map(\.group)).count == 12)
    }

    @Test func `of messages that are too large is refused one by one, and tried once`() throws {
        let shop = try RehearsedShop { message in
            guard message.body.utf8.count > 1_048_576 else { return }
            throw WireError("InvalidParameterValueException", "bad", legacyCode: "InvalidParameterValue")
        }

        shop.ask(for: .oversize, count: 3, within: .seconds(1))
        shop.scene.pass(.seconds(2))

        #expect(shop.standing == .sent(3))
        #expect(
            try shop.scene.rows(
                "SELECT outcome, attempt, count(*) FROM submissions WHERE deliberate = 'oversize' GROUP BY 1, 2"
            )
                == ["refused|1|3"])
        #expect(try shop.scene.rows("SELECT count(*) FROM submitted_orders WHERE refused") == ["0"])
    }

    @Test(arguments: 1...8)
    func `is sent once, however often the shop is killed`(seed: UInt64) throws {
        let shop = try RehearsedShop()
        var dice = SeededGenerator(seed: seed)
        shop.ask(for: .poison, count: 20, within: .seconds(4))
        for _ in 0..<4 {
            shop.scene.take(steps: Int.random(in: 1...900, using: &dice))
            shop.scene.kill()
            try shop.open()
        }

        shop.scene.pass(.seconds(6))

        #expect(shop.standing == .sent(20))
        #expect(
            try shop.scene.rows("SELECT count(DISTINCT idempotency_key) FROM deliberate_messages") == ["20"])
    }

    @Test func `counts nothing as sent that the queue has not heard of`() throws {
        let shop = try RehearsedShop()
        shop.scene.queue.weather = .down

        shop.ask(for: .poison, count: 4, within: .seconds(1))
        shop.scene.pass(.seconds(2))
        #expect(shop.standing == .sent(0))
        shop.scene.queue.weather = .fine
        shop.scene.pass(.seconds(10))

        #expect(shop.standing == .sent(4))
    }

    @Test func `ends when nobody asks for it any more`() throws {
        let shop = try RehearsedShop()
        shop.ask(for: .poison, count: 10, within: .seconds(10))
        shop.scene.pass(.milliseconds(4_500))

        shop.ask()
        shop.scene.pass(.seconds(10))

        #expect(try shop.scene.rows("SELECT played FROM prank_series") == ["5"])
        #expect(shop.standing == nil)
    }

    @Test func `is impossible where no order is left to play it with`() throws {
        let shop = try RehearsedShop(source: TradingDay.house(2))
        shop.scene.pass(.seconds(2))
        shop.scene.kill()
        try shop.open()
        shop.scene.pass(.seconds(1))

        shop.ask(for: .again, count: 2, within: .seconds(2))
        shop.scene.pass(.seconds(1))

        #expect(shop.standing?.isImpossible == true)
    }

    @Test func `is impossible where neither of two orders could be called the wrong one`() throws {
        let shop = try RehearsedShop(queue: Pipeline.standardOrderQueue)
        shop.scene.pass(.seconds(1))

        shop.ask(for: .conflict, count: 2, within: .seconds(2))
        shop.scene.pass(.seconds(1))

        #expect(shop.standing?.isImpossible == true)
        #expect(try shop.scene.rows("SELECT count(*) FROM deliberate_messages") == ["0"])
    }

    @Test(arguments: [(0, 1), (999, 1), (1_000, 2), (3_999, 4), (4_999, 5), (5_000, 5), (90_000, 5)])
    func `begins at once, and is through before its time is over`(milliseconds: Int, due: Int) {
        let series = PrankSeries("series", .poison, count: 5, over: .seconds(10)...(.seconds(15)))

        #expect(series.due(by: .seconds(10) + .milliseconds(milliseconds)) == due)
        #expect(series.due(by: .seconds(9)) == 0)
    }
}

@Suite struct `A series of orders that are cancelled before they are sent` {
    /// The kinds of the messages about each number, in the order in which the queue took them.
    private func words(_ shop: RehearsedShop) -> [String: [String]] {
        var words: [String: [String]] = [:]
        for message in shop.scene.queue.messages {
            let judgement = OrderDocument(message.body).judged(now: .noon)
            words[message.group ?? "", default: []].append(
                judgement.cancellation == nil ? "placed" : "cancelled")
        }
        return words
    }

    @Test(arguments: [Pipeline.orderQueue, Pipeline.standardOrderQueue])
    func `takes the next customers, evenly spread, and is on record as deliberate`(queue: String) throws {
        let shop = try RehearsedShop(queue: queue)
        shop.scene.pass(.seconds(1))

        shop.ask(for: .earlyCancel, count: 5, within: .seconds(5))
        for sent in 1...5 {
            shop.scene.pass(.seconds(1))
            #expect(shop.standing == .sent(sent))
        }
        shop.scene.pass(.seconds(3))

        #expect(
            try shop.scene.rows(
                """
                SELECT d.kind, count(*), sum(d.acknowledged), sum(s.acknowledged), sum(d.first_sent_at <= s.first_sent_at)
                FROM deliberate_messages d JOIN submitted_orders s USING (order_number)
                """) == ["early_cancel|5|5|5|5"])
        #expect(try shop.scene.rows("SELECT kind, wanted, played FROM prank_series") == ["early_cancel|5|5"])
        #expect(try shop.scene.rows("SELECT pranks_played FROM trading_days") == ["0"])
    }

    @Test func `sends each cancellation before its order, in the order's own group`() throws {
        let shop = try RehearsedShop()

        shop.ask(for: .earlyCancel, count: 8, within: .seconds(2))
        shop.scene.pass(.seconds(4))

        let several = words(shop).filter { $0.value.count > 1 }
        #expect(several.count == 8)
        #expect(several.values.allSatisfy { $0 == ["cancelled", "placed"] })
        #expect(words(shop).values.allSatisfy { $0.contains("placed") })
    }

    @Test func `keeps a cancellation and its order in one call`() throws {
        let shop = try RehearsedShop(pace: .burst, source: TradingDay.house(29))
        shop.ask(timesFaster: 0)
        let now = shop.scene.world.uptime
        shop.rehearsal.ask(
            timesFaster: 1,
            pranks: [PrankSeries("series", .earlyCancel, count: 10, over: now...now)], now: now)

        shop.scene.pass(.seconds(2))

        #expect(words(shop).values.count { $0 == ["cancelled", "placed"] } == 10)
        #expect(shop.scene.queue.calls.allSatisfy { $0.count % 2 == 0 || $0.count < 10 })
    }

    @Test(arguments: 1...8)
    func `happens once, however often the shop is killed`(seed: UInt64) throws {
        let shop = try RehearsedShop()
        var dice = SeededGenerator(seed: seed)
        shop.ask(for: .earlyCancel, count: 12, within: .seconds(4))
        for _ in 0..<4 {
            shop.scene.take(steps: Int.random(in: 1...900, using: &dice))
            shop.scene.kill()
            try shop.open()
        }

        shop.scene.pass(.seconds(8))

        #expect(shop.standing == .sent(12))
        #expect(
            try shop.scene.rows(
                "SELECT count(DISTINCT idempotency_key), count(DISTINCT order_number) FROM deliberate_messages"
            )
                == ["12|12"])
        #expect(words(shop).values.allSatisfy { $0.contains("placed") })
    }

    @Test func `is impossible once no customer comes any more`() throws {
        let shop = try RehearsedShop(source: TradingDay.house(2))
        shop.scene.pass(.seconds(2))

        shop.ask(for: .earlyCancel, count: 2, within: .seconds(2))
        shop.scene.pass(.seconds(1))

        #expect(shop.standing?.isImpossible == true)
        #expect(try shop.scene.rows("SELECT count(*) FROM deliberate_messages") == ["0"])
    }

    @Test func `may be of one, as a prank of the day`() throws {
        let scene = ShopScene()
        let pranks = [Prank(.earlyCancel, at: .milliseconds(550)), Prank(.poison, at: .milliseconds(900))]

        try scene.open(
            .test(pace: .rate(perSecond: 10), pranks: pranks), source: TradingDay.house(20))
        scene.pass(.seconds(4))

        #expect(
            try scene.rows("SELECT orders_taken, pranks_played FROM trading_days") == ["20|2"])
        #expect(
            try scene.rows("SELECT kind, acknowledged FROM deliberate_messages ORDER BY 1")
                == ["early_cancel|1", "poison|1"])
    }

    @Test func `leaves a prank of the day out when the last customer has gone`() throws {
        let scene = ShopScene()

        try scene.open(
            .test(pranks: [Prank(.earlyCancel, at: .seconds(2))]), source: TradingDay.house(3))
        scene.pass(.seconds(4))

        #expect(try scene.rows("SELECT orders_taken, pranks_played FROM trading_days") == ["3|1"])
        #expect(try scene.rows("SELECT count(*) FROM deliberate_messages") == ["0"])
    }
}

extension Judgement {
    fileprivate var cancellation: Cancellation? {
        if case .cancellation(let sound) = self { sound.cancellation } else { nil }
    }
}

@Suite struct `A shop's ledger from before there were series` {
    @Test func `keeps all its rows and windows`() throws {
        let ledger = try DatabaseQueue()
        try ShopSchema.migrator.migrate(ledger, upTo: "customers whom a coupled shop turned away")
        let sha256 = String(repeating: "a", count: 64)
        try ledger.write { db in
            try db.execute(
                sql: """
                    INSERT INTO submissions (submission_id, order_number, idempotency_key, document_sha256, attempt, sent_at,
                                             answered_at, outcome, message_id, deliberate, trace_id)
                    VALUES (7, 'W-1', 'k-1', ?, 1, 't1', 't2', 'acknowledged', 'm-1', 'poison', 'trace');
                    INSERT INTO outgoing (outgoing_id, order_number, idempotency_key, document, document_sha256,
                                          message_group, deduplication_id, traceparent, attempts, taken_at)
                    VALUES (9, 'W-2', 'k-2', '{}', ?, 'W-2', 'k-2', 'trace', 3, 't3');
                    """, arguments: [sha256, sha256])
        }

        try ShopSchema.migrator.migrate(ledger)

        try ledger.write { db in
            #expect(
                try Row.fetchAll(db, sql: "SELECT kind, order_number, message_id FROM deliberate_messages")
                    == [["kind": "poison", "order_number": "W-1", "message_id": "m-1"]])
            #expect(
                try Row.fetchAll(db, sql: "SELECT outgoing_id, order_number, attempts, series FROM outgoing")
                    == [["outgoing_id": 9, "order_number": "W-2", "attempts": 3, "series": nil]])
            #expect(try Int.fetchAll(db, sql: "SELECT submission_id FROM submissions") == [7])
            #expect(
                try String.fetchAll(db, sql: "SELECT order_number FROM orders_not_handed_over") == ["W-2"])
            try db.execute(sql: "UPDATE submissions SET deliberate = 'early_cancel'")
            #expect(throws: DatabaseError.self) {
                try db.execute(sql: "UPDATE submissions SET deliberate = 'prank'")
            }
        }
    }
}

extension PrankSeries.Standing {
    fileprivate var isImpossible: Bool { if case .impossible = self { true } else { false } }
}
