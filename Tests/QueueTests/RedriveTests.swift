import Clockwork
import Queue
import Testing

@Suite struct `A message received too often` {
    private static let dead = QueueID(2)

    private func counter(_ kind: QueueKind, mostReceives: Int) throws -> Counter {
        let policy =
            #"{"deadLetterTargetArn":"arn:aws:sqs:r:000000000000:dead","maxReceiveCount":\#(mostReceives)}"#
        var counter = try Counter(kind, [("RedrivePolicy", policy)])
        counter.queue.deadLetterTarget = Self.dead
        return counter
    }

    @Test(arguments: [1, 3])
    func `moves when another receive would exceed the limit`(mostReceives: Int) throws {
        var counter = try counter(.standard, mostReceives: mostReceives)
        try counter.send("order")
        for _ in 0..<mostReceives { #expect(counter.receive(timeout: .zero) == ["order"]) }
        _ = counter.queue.takeChanges()

        #expect(counter.receive().isEmpty)
        let letter = try #require(counter.queue.takeChanges().first?.deadLetter)
        #expect(letter.receiveCount == mostReceives)
        #expect(counter.counts == QueueCounts())
    }

    @Test func `does not keep the receive from going on to others`() throws {
        var counter = try counter(.standard, mostReceives: 1)
        try counter.send("poison")
        counter.receive(timeout: .zero)
        try counter.send("sound")

        #expect(counter.receive(1) == ["sound"])
    }

    @Test func `frees its group, and the same receive goes on with the next of it`() throws {
        var counter = try counter(.fifo, mostReceives: 1)
        try counter.send("poison", group: "g")
        try counter.send("sound", group: "g")
        counter.receive(1, timeout: .zero)

        #expect(counter.receive() == ["sound"])
    }

    @Test func `frees its group for later turns too`() throws {
        var counter = try counter(.fifo, mostReceives: 1)
        for body in ["a1", "a2", "b1"] { try counter.send(body, group: String(body.prefix(1))) }
        counter.receive(1, timeout: .zero)

        #expect(counter.receive(1) == ["b1"])
        #expect(counter.receive(1) == ["a2"])
        try counter.delete("a2")
        try counter.send("a3", group: "a")
        #expect(counter.receive(1) == ["a3"])
    }

    @Test func `counts on in the dead-letter queue`() throws {
        var counter = try counter(.standard, mostReceives: 1)
        try counter.send("order")
        counter.receive(timeout: .zero)
        _ = counter.receive()
        let letter = try #require(counter.queue.takeChanges().last?.deadLetter)
        var dead = MessageQueue(id: Self.dead, attributes: QueueAttributes())

        dead.admit(letter, from: counter.queue.id, now: counter.now)

        let leases = dead.receive(limit: 1, now: counter.now)
        #expect(leases.map(\.receiveCount) == [2])
        #expect(leases.map(\.firstReceivedAt) == [.noon])
    }

    @Test(arguments: [(QueueKind.standard, 0), (.fifo, 1)])
    func `keeps its age in a standard dead-letter queue and begins anew in a FIFO one`(
        kind: QueueKind, countAtDeadline: Int
    ) throws {
        let type = kind == .fifo ? [(name: "FifoQueue", value: "true")] : []
        var dead = MessageQueue(
            id: Self.dead,
            attributes: try QueueAttributes(creating: type + [("MessageRetentionPeriod", "60")]))
        let letter = Envelope(
            sequence: SequenceNumber(7), enqueuedAt: .noon, visibleAt: .noon, receiveCount: 1,
            groupID: kind == .fifo ? MessageGroupID("g") : nil)

        dead.admit(letter, from: QueueID(1), now: .noon + .seconds(30))

        #expect(dead.counts(now: .noon + .seconds(60)).visible == countAtDeadline)
    }

    @Test func `stays where it is when there is no dead-letter queue`() throws {
        var counter = try counter(.standard, mostReceives: 1)
        counter.queue.deadLetterTarget = nil
        try counter.send("order")

        for count in 1...3 {
            #expect(counter.receive(timeout: .zero) == ["order"])
            #expect(counter.receiveCounts["order"] == count)
        }
    }

    @Test func `stays where it is when its queue names itself`() throws {
        var counter = try counter(.standard, mostReceives: 1)
        counter.queue.deadLetterTarget = counter.queue.id
        try counter.send("order")

        for _ in 1...3 { #expect(counter.receive(timeout: .zero) == ["order"]) }
    }

    @Test func `is handed out at least once before it is passed on again`() throws {
        var counter = try counter(.standard, mostReceives: 1)
        let letter = Envelope(
            sequence: SequenceNumber(7), enqueuedAt: .noon, visibleAt: .noon, receiveCount: 5)
        counter.queue.admit(letter, from: QueueID(3), now: .noon)

        #expect(
            counter.queue.receive(limit: 1, visibilityTimeout: .zero, now: .noon).map(\.receiveCount) == [6])
        #expect(counter.queue.receive(limit: 1, now: .noon).isEmpty)
    }
}
