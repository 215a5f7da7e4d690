import Clockwork
import GRDB
import JSON
import Stream
import Testing

@testable import Inspection

@Suite struct `The window on queues` {
    @Test func `counts by the clock it is given`() throws {
        let street = try Street(orders: 0)
        try street.queue("W-1", Street.document("W-1"))
        try street.queue("W-2", Street.document("W-2"), receives: 1, visibleAt: Street.evening + .seconds(5))
        try street.queue("W-3", Street.document("W-3"), visibleAt: Street.evening + .seconds(5))
        let ledgers = try street.ledgers()

        let now = try QueueWindow.list(of: ledgers, now: Street.evening).objects
        let later = try QueueWindow.list(of: ledgers, now: Street.evening + .seconds(6)).objects

        func figures(_ queue: JSONValue) -> [JSONValue?] {
            [queue["waiting"], queue["in_flight"], queue["delayed"]]
        }
        #expect(now.map { $0["queue"]?.string } == ["orders-dead.fifo", "orders.fifo"])
        #expect(figures(now[1]) == [1, 1, 1])
        #expect(figures(later[1]) == [3, 0, 0])
        #expect(now[1]["oldest_age_ms"] == 2_700_000)
        #expect(now[1]["max_receive_count"] == 4)
    }

    @Test(arguments: [(own: 30, others: 269, noisy: 1), (30, 270, 0), (29, 0, 0)])
    func `counts the groups of a standard queue that hold more than their share in flight`(
        own: Int, others: Int, noisy: Int64
    ) throws {
        let street = try Street(orders: 0)
        let soon = Street.evening + .seconds(5)
        for number in 0..<own {
            try street.queue("group", "x", message: "own-\(number)", receives: 1, visibleAt: soon)
        }
        for number in 0..<others {
            try street.queue(
                "group-\(number % 10)", "x", message: "other-\(number)", receives: 1, visibleAt: soon)
        }
        func noisyGroups(_ now: Timestamp) throws -> JSONValue? {
            try QueueWindow.list(of: street.ledgers(), now: now).objects.last?["noisy_groups"]
        }
        let ofFIFO = try noisyGroups(Street.evening)

        try street.edit(.broker, "UPDATE queues SET name = 'tenants' WHERE name = 'orders.fifo'")

        #expect(ofFIFO == 0)
        #expect(try noisyGroups(Street.evening) == .integer(noisy))
        #expect(try noisyGroups(soon) == 0)
    }

    @Test func `shows messages without receiving them`() throws {
        let street = try Street(orders: 0)
        for number in 1...3 { try street.queue("W-\(number)", Street.document("W-\(number)")) }
        let ledgers = try street.ledgers()

        let first = try #require(
            try QueueWindow.peek("orders.fifo", of: ledgers, now: Street.evening, limit: 2))
        let second = try QueueWindow.peek(
            "orders.fifo", of: ledgers, now: Street.evening, after: first.next.flatMap { Int64($0) }, limit: 2
        )
        let found = try QueueWindow.peek(
            "orders.fifo", of: ledgers, now: Street.evening, containing: "web:W-3")

        #expect(first.objects.map { $0["order_number"]?.string } == ["W-1", "W-2"])
        #expect(second?.objects.map { $0["order_number"]?.string } == ["W-3"])
        #expect(found?.rows.count == 1)
        #expect(
            try QueueWindow.peek("orders.fifo", of: ledgers, now: Street.evening, states: ["dead"])?.rows
                .isEmpty == true)
        #expect(try QueueWindow.peek("nothing", of: ledgers, now: Street.evening) == nil)
        #expect(try street.ask(.broker, "SELECT sum(receive_count) FROM messages") == 0)
    }

    @Test func `costs the same however many messages wait`() throws {
        let plan = try Street(orders: 0).ledgers().look { db in
            try String.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN \(QueueWindow.touchedSQL)", arguments: ["now": 0],
                adapter: SuffixRowAdapter(fromIndex: 3))
        }

        #expect(plan.contains { $0.contains("USING INDEX messages_touched") }, "\(plan)")
    }
}

@Suite struct `The statistics of queues` {
    @Test func `count what is where, and what is dead beside it`() throws {
        let street = try Street(orders: 0)
        try street.queue("W-1", Street.document("W-1"))
        try street.queue("W-2", Street.document("W-2"), receives: 1, visibleAt: Street.evening + .seconds(5))
        try street.queue("W-3", Street.document("W-3"), visibleAt: Street.evening + .seconds(5))
        for letter in ["m-4", "m-5"] {
            try street.queue(nil, "poison", in: "orders-dead.fifo", message: letter)
        }

        let queues = try QueueWindow.statistics(of: street.ledgers(), now: Street.evening).objects

        let orders = try #require(queues.first { $0["queue"]?.string == "orders.fifo" })
        #expect(
            orders.text.hasPrefix(
                #"{"queue":"orders.fifo","waiting":1,"in_flight":1,"delayed":1,"dead":2,"oldest_age_ms":2700000,"total":3"#
            ), "\(orders.text)")
        let graves = try #require(queues.first { $0["queue"]?.string == "orders-dead.fifo" })
        #expect(graves["total"] == 2 && graves["dead"] == 0)
    }
}

@Suite struct `The window on streams` {
    @Test func `tells how far the function has come`() throws {
        let street = try Street(orders: 2)
        try street.send("W-3")
        try street.take("W-3")
        try street.publish("W-3")

        let shard = try StreamWindow.list(of: street.ledgers()).objects[0]

        #expect(shard["records"] == 3)
        #expect(shard["handled_to"] == 2)
        #expect(shard["behind"] == 1)
    }

    @Test func `reads records from where it is told`() throws {
        let street = try Street(orders: 4)
        let ledgers = try street.ledgers()
        func orders(_ start: StreamWindow.Start, order: String? = nil) throws -> [String?] {
            try StreamWindow.records("order-events", of: ledgers, from: start, order: order)?.objects
                .map { $0["order_number"]?.string } ?? []
        }
        let second = try #require(
            try StreamWindow.records("order-events", of: ledgers, from: .oldest)?.objects[1][
                "sequence_number"]?.string)

        #expect(try orders(.oldest) == ["W-1", "W-2", "W-3", "W-4"])
        #expect(try orders(.last(2)) == ["W-3", "W-4"])
        #expect(try orders(.last(0)) == [])
        #expect(try orders(.moment(Street.opening + .seconds(2))) == ["W-3", "W-4"])
        #expect(try orders(.after(sequenceNumber: second)) == ["W-3", "W-4"])
        #expect(try StreamWindow.records("nothing", of: ledgers, from: .oldest) == nil)
    }

    @Test func `goes on where it has come to`() throws {
        let street = try Street(orders: 2)
        let ledgers = try street.ledgers()
        var places: [String: Int64] = [:]
        StreamWindow.advance(
            &places, over: try #require(try StreamWindow.records("order-events", of: ledgers, from: .oldest)))
        try street.complete("W-3", at: Street.opening + .seconds(9))

        let more = try StreamWindow.records("order-events", of: ledgers, from: .oldest, beyond: places)

        #expect(more?.objects.map { $0["order_number"]?.string } == ["W-3"])
    }

    @Test(arguments: [
        (creation: 1_400_000_000, counter: 1, arrival: 1_400_000_005, shard: 0),
        (1_790_000_001, 99_999, 1_790_099_999, 17),
    ])
    func `reckons sequence numbers as the stream does`(
        creation: Int64, counter: Int64, arrival: Int64, shard: Int64
    ) {
        let told = SequenceNumber(
            shardCreation: creation, counter: UInt64(counter), arrival: arrival, shard: Int32(shard)
        ).description

        #expect(
            SequenceNumberText.decimal(
                shardCreation: creation, counter: counter, arrival: arrival, shard: shard) == told)
        #expect(SequenceNumberText.counter(of: told) == counter)
        #expect(SequenceNumberText.shard(of: told) == shard)
    }

    @Test(arguments: ["", "LATEST", "12345", String(repeating: "9", count: 56)])
    func `knows a text that is no sequence number`(text: String) {
        #expect(SequenceNumberText.counter(of: text) == nil)
    }
}

@Suite struct `The window on partners` {
    @Test func `holds the courier's account beside the partner's own`() throws {
        let street = try Street(orders: 2)
        try street.receive("W-1_order-accepted_1", "W-1", "{}", by: "crm")

        let partners = try PartnerWindow.list(of: street.ledgers()).objects

        #expect(partners.map { $0["partner"]?.string } == ["carrier", "crm", "warehouse"])
        #expect(partners.map { $0["delivered"] } == [2, 2, 2])
        #expect(partners.map { $0["received"] } == [2, 2, 2])
        #expect(partners.map { $0["repeats"] } == [0, 1, 0])
    }

    @Test func `shows what is not delivered, and the latest attempts`() throws {
        let street = try Street(orders: 1)
        try street.send("W-2")
        try street.accept("W-2")
        try street.deliver("W-2", to: "crm", status: 503)

        let details = try #require(try PartnerWindow.show("crm", of: street.ledgers()))

        #expect(details.open.objects.map { $0["order_number"]?.string } == ["W-2"])
        #expect(details.attempts.objects.map { $0["http_status"] } == [503, 200])
        #expect(try PartnerWindow.show("nobody", of: street.ledgers()) == nil)
    }
}

@Suite struct `The window on rejections` {
    @Test func `lists, filters, shows and counts`() throws {
        let street = try Street(orders: 1)
        try street.take("W-8", #"{"schema": "order.placed/1", "order_number": "W-8"}"#, message: "m-8")
        try street.take("W-1", Street.document("W-1", note: "changed"), message: "m-9")
        let ledgers = try street.ledgers()

        let all = try RejectionWindow.list(of: ledgers),
            first = try RejectionWindow.list(of: ledgers, limit: 1)
        let conflicts = try RejectionWindow.list(of: ledgers, code: "conflict")

        #expect(all.objects.map { $0["order_number"]?.string } == ["W-1", "W-8"])
        #expect(first.next == "2")
        #expect(conflicts.objects.map { $0["order_number"]?.string } == ["W-1"])
        #expect(try RejectionWindow.show(1, of: ledgers)?["reasons"]?[0]?["code"] == "missing_field")
        #expect(try RejectionWindow.show(7, of: ledgers) == nil)
        #expect(
            try RejectionWindow.reasons(of: ledgers).objects.contains {
                $0["code"] == "conflict" && $0["times"] == 1
            })
    }
}
