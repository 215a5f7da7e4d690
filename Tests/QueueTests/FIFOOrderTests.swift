import Clockwork
import Queue
import Testing

// Each case here was recorded on Amazon (LocalStack's tests that are validated against AWS).

@Suite struct `A group of a FIFO queue` {
    /// m1, m2, m3 of one group, all in flight until 12:00:30.
    private func threeInFlight() throws -> Counter {
        var counter = try Counter(.fifo)
        for body in ["m1", "m2", "m3"] { try counter.send(body, group: "g") }
        counter.receive()
        return counter
    }

    @Test func `is handed out in the order of its sends`() throws {
        var counter = try Counter(.fifo)
        let bodies = (0..<25).map { "m\($0)" }
        for body in bodies { try counter.send(body, group: "g") }
        var received: [String] = []
        for _ in 0..<3 {
            received += counter.receive()
            for body in received { try counter.delete(body) }
        }

        #expect(received == bodies)
    }

    @Test func `stays blocked when something is sent to it`() throws {
        var counter = try threeInFlight()

        try counter.send("m4", group: "g")

        #expect(counter.receive().isEmpty)
        #expect(counter.counts == QueueCounts(visible: 1, inFlight: 3))
    }

    @Test func `is blocked until the last message in flight is deleted`() throws {
        var counter = try Counter(.fifo)
        for body in ["m1", "m2", "m3"] { try counter.send(body, group: "g") }
        #expect(counter.receive(2) == ["m1", "m2"])

        try counter.delete("m1")
        #expect(counter.receive().isEmpty)
        try counter.delete("m2")
        #expect(counter.receive() == ["m3"])
    }

    @Test func `stays blocked when a later one in flight is deleted first`() throws {
        var counter = try Counter(.fifo)
        for body in ["m1", "m2", "m3"] { try counter.send(body, group: "g") }
        counter.receive(2)

        try counter.delete("m2")

        #expect(counter.receive().isEmpty)
    }

    @Test func `offers what stands before a message that is hidden for longer`() throws {
        var counter = try threeInFlight()
        try counter.change("m2", to: .seconds(60))
        counter.pass(.seconds(30))

        #expect(counter.receive() == ["m1"])
        #expect(counter.receive().isEmpty)
    }

    @Test func `offers nothing while its oldest is hidden for longer`() throws {
        var counter = try threeInFlight()
        try counter.change("m1", to: .seconds(60))
        counter.pass(.seconds(30))

        #expect(counter.receive().isEmpty)
        counter.pass(.seconds(30))
        #expect(counter.receive() == ["m1", "m2", "m3"])
    }

    @Test func `offers all but its youngest when that one is hidden for longer`() throws {
        var counter = try threeInFlight()
        try counter.change("m3", to: .seconds(60))
        counter.pass(.seconds(30))

        #expect(counter.receive() == ["m1", "m2"])
    }

    @Test func `offers only what was shown again by hand`() throws {
        var counter = try Counter(.fifo)
        for body in ["m1", "m2"] { try counter.send(body, group: "g") }
        counter.receive()

        try counter.change("m1", to: .zero)

        #expect(counter.receive() == ["m1"])
        #expect(counter.receive().isEmpty)
    }

    @Test func `keeps its order when it is received with a timeout of 0`() throws {
        var counter = try Counter(.fifo)
        for body in ["m1", "m2", "m3"] { try counter.send(body, group: "g") }

        #expect(counter.receive(2, timeout: .zero) == ["m1", "m2"])
        #expect(counter.receive(timeout: .zero) == ["m1", "m2", "m3"])
    }

    @Test func `counts messages behind one in flight as visible`() throws {
        var counter = try Counter(.fifo)
        for body in ["m1", "m2", "m3"] { try counter.send(body, group: "g") }

        counter.receive(1)

        #expect(counter.counts == QueueCounts(visible: 2, inFlight: 1))
    }
}

@Suite struct `Groups of a FIFO queue` {
    /// a1 b1 a2 b2 c1 a3, in this order.
    private func mixed() throws -> Counter {
        var counter = try Counter(.fifo)
        for body in ["a1", "b1", "a2", "b2", "c1", "a3"] {
            try counter.send(body, group: String(body.prefix(1)))
        }
        return counter
    }

    @Test func `arrive as runs, each as long as it can be`() throws {
        var counter = try mixed()

        #expect(counter.receive() == ["a1", "a2", "a3", "b1", "b2", "c1"])
    }

    @Test func `do not wait for each other`() throws {
        var counter = try mixed()

        #expect(counter.receive(1) == ["a1"])
        #expect(counter.receive(1) == ["b1"])
        #expect(counter.receive() == ["c1"])
        #expect(counter.receive().isEmpty)
    }

    @Test func `take turns: who was served stands behind the others`() throws {
        var counter = try mixed()

        #expect(counter.receive(2, timeout: .zero) == ["a1", "a2"])
        #expect(counter.receive(3, timeout: .zero) == ["b1", "b2", "c1"])
        #expect(counter.receive(4, timeout: .zero) == ["a1", "a2", "a3", "b1"])
    }

    @Test func `keep their turn while they are blocked`() throws {
        var counter = try mixed()
        counter.receive(1)
        counter.receive(1)
        counter.receive(1)
        try counter.send("d1", group: "d")

        try counter.delete("b1")
        try counter.delete("a1")

        // c was served last; a and b before it, in this order; d joined behind them.
        #expect(counter.receive() == ["a2", "a3", "b2", "d1"])
    }

    @Test func `join at the tail when they are new or were empty`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a1", group: "a")
        try counter.send("b1", group: "b")
        counter.receive(1)
        try counter.delete("a1")

        try counter.send("a2", group: "a")

        #expect(counter.receive() == ["b1", "a2"])
    }
}

@Suite struct `A FIFO queue's delay` {
    @Test func `holds for every message, and a message's own 0 does not lift it`() throws {
        var counter = try Counter(.fifo, [("DelaySeconds", "5")])
        try counter.send("a", group: "g", delay: 0)

        #expect(counter.receive().isEmpty)
        #expect(counter.counts == QueueCounts(delayed: 1))
        #expect(counter.queue.nextWakeUp() == .noon + .seconds(5))
        counter.pass(.seconds(5))
        #expect(counter.receive() == ["a"])
    }

    @Test func `applies to messages already sent when it changes`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g")
        var attributes = counter.queue.attributes
        try attributes.set([("DelaySeconds", "60")])
        counter.queue.change(to: attributes, now: counter.now)
        #expect(counter.receive().isEmpty)

        try attributes.set([("DelaySeconds", "10")])
        counter.pass(.seconds(10))
        counter.queue.change(to: attributes, now: counter.now)

        #expect(counter.receive() == ["a"])
    }

    @Test func `does not hide a message again that was received`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g")
        counter.receive(timeout: .zero)
        var attributes = counter.queue.attributes
        try attributes.set([("DelaySeconds", "60")])

        counter.queue.change(to: attributes, now: counter.now)

        #expect(counter.receive() == ["a"])
    }
}

@Suite struct `A receipt of a FIFO queue` {
    @Test(arguments: [(elapsed: Duration.milliseconds(29_999), isGood: true), (.seconds(30), false)])
    func `is good until the visibility timeout has passed`(elapsed: Duration, isGood: Bool) throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g")
        counter.receive()
        counter.pass(elapsed)

        if isGood {
            try counter.delete("a")
        } else {
            #expect(throws: ReceiptRefusal.expired) { try counter.delete("a") }
            #expect(throws: ReceiptRefusal.expired) { try counter.change("a", to: .seconds(9)) }
        }
    }

    @Test func `stays good when it was extended in time`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g")
        counter.receive()
        counter.pass(.seconds(29))
        try counter.change("a", to: .seconds(30))
        counter.pass(.seconds(29))

        try counter.delete("a")

        #expect(counter.counts == QueueCounts())
    }

    @Test func `gives way to a newer one`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g")
        counter.receive()
        let old = try counter.receipt("a")
        counter.pass(.seconds(30))
        counter.receive()

        #expect(throws: ReceiptRefusal.expired) { try counter.queue.delete(old, now: counter.now) }
        try counter.delete("a")
    }

    @Test func `may delete twice`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g")
        counter.receive()

        try counter.delete("a")
        try counter.delete("a")

        #expect(counter.counts == QueueCounts())
    }
}
