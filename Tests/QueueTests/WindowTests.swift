import Clockwork
import Queue
import Testing

@Suite struct `A long queue` {
    private static let bounds = WindowBounds(capacity: 20, lowWater: 10, page: 15, lookAhead: 60)

    @Test func `keeps its oldest messages at hand and only counts the rest`() throws {
        var counter = try Counter(bounds: Self.bounds)
        for number in 0..<100 { try counter.send("m\(number)") }

        #expect(counter.queue.wantedPage(now: .noon) == nil)
        #expect(counter.counts == QueueCounts(visible: 100))
        #expect(counter.receive() == (0..<10).map { "m\($0)" })
        #expect(counter.queue.wantedPage(now: .noon) == nil)
        counter.receive(1)
        #expect(counter.queue.wantedPage(now: .noon) == WantedPage(after: SequenceNumber(20), limit: 15))
    }

    @Test func `goes on in order from page to page until nothing is left`() throws {
        var counter = try Counter(bounds: Self.bounds)
        var ledger = Ledger()
        for number in 0..<100 { try counter.send("m\(number)") }
        ledger.write(counter.queue.takeChanges())
        var received: [String] = []
        for _ in 0..<15 {
            let isLoaded = counter.queue.loadPages(from: ledger, now: .noon)
            #expect(isLoaded)
            received += counter.receive(7)
        }

        #expect(received == (0..<100).map { "m\($0)" })
        #expect(counter.queue.untouchedCount == 0)
    }

    @Test func `takes sends directly again once its window reaches the tail`() throws {
        var counter = try Counter(bounds: Self.bounds)
        var ledger = Ledger()
        for number in 0..<30 { try counter.send("m\(number)") }
        for _ in 0..<2 { counter.receive() }
        ledger.write(counter.queue.takeChanges())
        _ = counter.queue.loadPages(from: ledger, now: .noon)

        try counter.send("last")

        #expect(counter.receive() == (20..<30).map { "m\($0)" })
        #expect(counter.receive() == ["last"])
    }

    @Test(arguments: [QueueKind.standard, .fifo])
    func `hands out what a clock that was ahead has written down`(kind: QueueKind) throws {
        var counter = try Counter(kind, bounds: Self.bounds)
        var ledger = Ledger()
        counter.pass(.seconds(1_800))
        for number in 0..<3 { try counter.send("m\(number)", group: kind == .fifo ? "g" : nil) }
        ledger.write(counter.queue.takeChanges())

        counter.now = .noon
        counter.queue = MessageQueue(
            restoring: ledger.state(of: counter.queue), now: .noon, bounds: Self.bounds)
        _ = counter.queue.loadPages(from: ledger, now: .noon)

        #expect(counter.counts == QueueCounts(visible: 3))
        #expect(counter.receive().count == 3)
    }

    @Test func `asks again for rows that were not on disk yet`() throws {
        var counter = try Counter(bounds: Self.bounds)
        for number in 0..<30 { try counter.send("m\(number)") }
        for _ in 0..<2 { counter.receive() }
        let wanted = WantedPage(after: SequenceNumber(20), limit: 15)
        #expect(counter.queue.wantedPage(now: .noon) == wanted)

        counter.queue.append(page: [], now: .noon)

        #expect(counter.queue.wantedPage(now: .noon) == wanted)
        #expect(counter.receive().isEmpty)
        #expect(counter.counts == QueueCounts(visible: 10, inFlight: 20))
    }

    @Test func `lets old messages go page by page`() throws {
        var counter = try Counter(.standard, [("MessageRetentionPeriod", "60")], bounds: Self.bounds)
        var ledger = Ledger()
        for number in 0..<100 { try counter.send("m\(number)") }
        counter.pass(.seconds(60))
        try counter.send("young")
        ledger.write(counter.queue.takeChanges())

        let isLoaded = counter.queue.loadPages(from: ledger, now: counter.now)

        #expect(isLoaded)
        #expect(counter.counts == QueueCounts(visible: 1))
        #expect(counter.receive() == ["young"])
    }

    @Test func `of one blocked FIFO group is looked through for another group`() throws {
        var counter = try Counter(.fifo, bounds: Self.bounds)
        var ledger = Ledger()
        for number in 0..<50 { try counter.send("a\(number)", group: "a") }
        try counter.send("b", group: "b")
        ledger.write(counter.queue.takeChanges())
        #expect(counter.receive(1) == ["a0"])
        #expect(counter.receive().isEmpty)

        _ = counter.queue.loadPages(from: ledger, now: .noon)

        #expect(counter.receive() == ["b"])
    }

    @Test func `of one blocked FIFO group is not looked through for ever`() throws {
        var counter = try Counter(.fifo, bounds: Self.bounds)
        var ledger = Ledger()
        for number in 0..<200 { try counter.send("a\(number)", group: "a") }
        ledger.write(counter.queue.takeChanges())
        counter.receive(1)

        _ = counter.queue.loadPages(from: ledger, now: .noon)

        #expect(counter.queue.wantedPage(now: .noon) == nil)
        #expect(counter.counts == QueueCounts(visible: 199, inFlight: 1))
    }

    @Test func `never hands out what a purge took, though its rows are still there`() throws {
        var counter = try Counter(bounds: Self.bounds)
        var ledger = Ledger()
        for number in 0..<50 { try counter.send("m\(number)") }
        ledger.write(counter.queue.takeChanges())
        counter.queue.purge(now: .noon)
        for number in 0..<50 { try counter.send("n\(number)") }
        for _ in 0..<2 { counter.receive() }

        #expect(counter.queue.wantedPage(now: .noon)?.after == SequenceNumber(70))
    }
}

@Suite struct `A restart` {
    private func state(_ touched: [TouchedMessage], untouched: Int = 0) -> QueueState {
        QueueState(
            id: QueueID(1), attributes: QueueAttributes(), deduplicationScope: .queue,
            nextSequence: SequenceNumber(100),
            untouchedCount: untouched, touched: touched, deduplication: [])
    }

    private func hidden(until: Timestamp, since: Timestamp, receiveCount: Int = 1) -> TouchedMessage {
        TouchedMessage(
            Envelope(
                sequence: SequenceNumber(1), enqueuedAt: since, visibleAt: until, receiveCount: receiveCount),
            hiddenAt: since)
    }

    @Test func `keeps a message hidden for what remains`() {
        let message = hidden(until: .noon + .seconds(30), since: .noon)
        var queue = MessageQueue(restoring: state([message]), now: .noon + .seconds(10))

        #expect(queue.counts(now: .noon + .seconds(29)) == QueueCounts(inFlight: 1))
        #expect(queue.counts(now: .noon + .seconds(30)) == QueueCounts(visible: 1))
    }

    @Test func `hides nothing for longer than it was to be, though the clock was turned back`() {
        let message = hidden(until: .noon + .seconds(30), since: .noon)
        let earlier = Timestamp.noon - .seconds(7_200)
        var queue = MessageQueue(restoring: state([message]), now: earlier)

        #expect(queue.nextWakeUp() == earlier + .seconds(30))
    }

    @Test func `counts changes on from those before it`() throws {
        var counter = try Counter()
        counter.queue = MessageQueue(restoring: state([]), now: .noon, after: 7)
        try counter.send("m")

        #expect(counter.queue.changesMade == 8)
    }

    @Test func `knows a delayed message from one in flight`() {
        let delayed = hidden(until: .noon + .seconds(30), since: .noon, receiveCount: 0)
        var queue = MessageQueue(restoring: state([delayed], untouched: 3), now: .noon)

        #expect(queue.counts(now: .noon) == QueueCounts(visible: 3, delayed: 1))
        #expect(queue.nextSequence == SequenceNumber(100))
    }
}
