import Clockwork
import Queue
import Testing

@Suite struct `A received message` {
    @Test(arguments: [(elapsed: Duration.milliseconds(29_999), isVisible: false), (.seconds(30), true)])
    func `comes back once its visibility timeout has passed`(elapsed: Duration, isVisible: Bool) throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()

        counter.pass(elapsed)

        #expect(counter.receive().isEmpty == !isVisible)
    }

    @Test func `counts its receives and remembers the first`() throws {
        var counter = try Counter()
        try counter.send("order")
        let first = counter.queue.receive(limit: 1, visibilityTimeout: .zero, now: .noon)
        let second = counter.queue.receive(limit: 1, now: .noon + .seconds(5))

        #expect(first.map(\.receiveCount) == [1])
        #expect(second.map(\.receiveCount) == [2])
        #expect(second.map(\.firstReceivedAt) == [.noon])
        #expect(second.map(\.receivedAt) == [.noon + .seconds(5)])
    }

    @Test func `with a timeout of 0 is visible at once, yet handed out once in a receive`() throws {
        var counter = try Counter()
        try counter.send("a")
        try counter.send("b")

        #expect(counter.receive(timeout: .zero) == ["a", "b"])
        #expect(counter.counts == QueueCounts(visible: 2))
        #expect(counter.receive() == ["a", "b"])
    }

    @Test func `stands before younger ones when it comes back`() throws {
        var counter = try Counter()
        for body in ["a", "b", "c"] { try counter.send(body) }
        counter.receive(1)
        counter.pass(.seconds(30))

        #expect(counter.receive() == ["a", "b", "c"])
    }

    @Test func `is deleted by any of its receipts, even after it came back`() throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()
        let old = try counter.receipt("order")
        counter.pass(.seconds(31))
        counter.receive()

        try counter.queue.delete(old, now: counter.now)

        #expect(counter.counts == QueueCounts())
    }

    @Test func `may be deleted twice`() throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()

        try counter.delete("order")
        try counter.delete("order")

        #expect(counter.queue.takeChanges().count { if case .deleted = $0 { true } else { false } } == 1)
    }

    @Test func `is hidden again by an old receipt although it is visible`() throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()
        counter.pass(.seconds(40))

        try counter.change("order", to: .seconds(10))

        #expect(counter.counts == QueueCounts(inFlight: 1))
        #expect(counter.receive().isEmpty)
        counter.pass(.seconds(10))
        #expect(counter.receive() == ["order"])
    }

    @Test func `refuses a receipt that is twelve hours old`() throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()
        counter.pass(.seconds(43_200))

        #expect(throws: ReceiptRefusal.expired) { try counter.delete("order") }
    }
}

@Suite struct `A change of visibility` {
    @Test func `counts from now and not from the receive`() throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()
        counter.pass(.seconds(20))

        try counter.change("order", to: .seconds(30))

        counter.pass(.seconds(29))
        #expect(counter.receive().isEmpty)
        counter.pass(.seconds(1))
        #expect(counter.receive() == ["order"])
    }

    @Test func `to 0 shows the message at once`() throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()

        try counter.change("order", to: .zero)

        #expect(counter.counts == QueueCounts(visible: 1))
        #expect(counter.receive() == ["order"])
    }

    @Test func `of a message that is gone is refused`() throws {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()
        try counter.delete("order")

        #expect(throws: ReceiptRefusal.gone) { try counter.change("order", to: .seconds(5)) }
    }

    @Test(arguments: [(elapsed: Duration.milliseconds(999), isAllowed: true), (.seconds(1), false)])
    func `may hide for twelve hours since the receive, in whole seconds`(elapsed: Duration, isAllowed: Bool)
        throws
    {
        var counter = try Counter()
        try counter.send("order")
        counter.receive()
        counter.pass(elapsed)

        if isAllowed {
            try counter.change("order", to: .seconds(43_200))
        } else {
            #expect(throws: ReceiptRefusal.tooLong(seconds: 43_200)) {
                try counter.change("order", to: .seconds(43_200))
            }
        }
    }
}

@Suite struct `A delayed message` {
    @Test(
        arguments: [(own: nil, visibleAfter: 10), (own: 3, visibleAfter: 3), (own: 0, visibleAfter: 0)]
            as [(Int?, Int)])
    func `shows after its own delay, and without one after the queue's`(own: Int?, visibleAfter: Int) throws {
        var counter = try Counter(.standard, [("DelaySeconds", "10")])
        try counter.send("order", delay: own)

        if visibleAfter > 0 {
            counter.pass(.seconds(visibleAfter) - .milliseconds(1))
            #expect(counter.counts == QueueCounts(delayed: 1))
            #expect(counter.receive().isEmpty)
            counter.pass(.milliseconds(1))
        }
        #expect(counter.receive() == ["order"])
    }

    @Test func `keeps its delay when the queue gets another one`() throws {
        var counter = try Counter(.standard, [("DelaySeconds", "10")])
        try counter.send("order")
        var attributes = counter.queue.attributes
        try attributes.set([("DelaySeconds", "0")])

        counter.queue.change(to: attributes, now: counter.now)

        #expect(counter.receive().isEmpty)
    }
}

@Suite struct `A queue` {
    @Test func `tells when the next hidden message shows again`() throws {
        var counter = try Counter()
        #expect(counter.queue.nextWakeUp() == nil)
        try counter.send("later", delay: 60)
        try counter.send("now")
        #expect(counter.queue.nextWakeUp() == .noon + .seconds(60))

        counter.receive()
        #expect(counter.queue.nextWakeUp() == .noon + .seconds(30))

        try counter.delete("now")
        #expect(counter.queue.nextWakeUp() == .noon + .seconds(60))
    }

    @Test(arguments: [(age: 59, count: 3), (age: 60, count: 0)])
    func `lets every message go when it is too old, hidden or not`(age: Int, count: Int) throws {
        var counter = try Counter(.standard, [("MessageRetentionPeriod", "60")])
        try counter.send("in flight")
        counter.receive(timeout: .seconds(600))
        try counter.send("visible")
        try counter.send("delayed", delay: 900)

        counter.pass(.seconds(age))

        let counts = counter.counts
        #expect(counts.visible + counts.inFlight + counts.delayed == count)
    }

    @Test func `applies another retention to the messages that it has, counted from their sending`() throws {
        var counter = try Counter()
        try counter.send("hidden")
        counter.receive()
        try counter.send("visible")
        counter.pass(.seconds(90))
        try counter.send("young")
        var attributes = counter.queue.attributes

        try attributes.set([("MessageRetentionPeriod", "90")])
        counter.queue.change(to: attributes, now: counter.now)

        #expect(counter.counts == QueueCounts(visible: 1))
        #expect(counter.receive() == ["young"])
    }

    @Test func `takes nothing back that was purged, and goes on counting`() throws {
        var counter = try Counter()
        let before = try counter.send("a")
        counter.receive()
        try counter.send("b")
        try counter.send("c", delay: 5)

        counter.queue.purge(now: counter.now)

        #expect(counter.counts == QueueCounts())
        try counter.delete("a")
        #expect(throws: ReceiptRefusal.gone) { try counter.change("a", to: .zero) }
        #expect(try counter.send("d").sequence > before.sequence)
        #expect(counter.receive() == ["d"])
    }

    @Test func `hands out no more than may be in flight`() throws {
        var counter = try Counter(.standard)
        for number in 0..<(MessageQueue.mostInFlight + 5) { try counter.send("m\(number)", delay: 1) }
        counter.pass(.seconds(1))
        var received = 0
        while case let batch = counter.receive(7).count, batch > 0 { received += batch }

        #expect(received == MessageQueue.mostInFlight)
        #expect(counter.queue.isFullInFlight)
    }
}
