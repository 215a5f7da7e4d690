import Clockwork
import Queue
import Testing

@Suite struct `A repeated send to a FIFO queue` {
    @Test func `stores nothing and answers with the first one's ids`() throws {
        var counter = try Counter(.fifo)
        let first = try counter.send("a", group: "g", id: "key")

        let second = try counter.send("another body", group: "h", id: "key")

        #expect(second.isRepetition)
        #expect(second.messageID == first.messageID)
        #expect(second.sequence == first.sequence)
        #expect(counter.receive() == ["a"])
    }

    @Test(arguments: [(elapsed: Duration.milliseconds(299_999), isRepetition: true), (.seconds(300), false)])
    func `is known for five minutes from the first send`(elapsed: Duration, isRepetition: Bool) throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g", id: "key")
        counter.pass(.seconds(200))
        try counter.send("a", group: "g", id: "key")  // does not begin the five minutes anew
        counter.now = .noon + elapsed

        let again = try counter.send("a", group: "g", id: "key")

        #expect(again.isRepetition == isRepetition)
    }

    @Test func `is known although the first was received and deleted`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g", id: "key")
        counter.receive()
        try counter.delete("a")

        #expect(try counter.send("a", group: "g", id: "key").isRepetition)
    }

    @Test func `is forgotten by a purge`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g", id: "key")

        counter.queue.purge(now: counter.now)

        #expect(try counter.send("a", group: "g", id: "key").isRepetition == false)
    }

    @Test(arguments: [("queue", true), ("messageGroup", false)])
    func `is looked for in the whole queue, or in its group alone`(scope: String, isRepetition: Bool) throws {
        var counter = try Counter(.fifo, [("DeduplicationScope", scope)])
        try counter.send("a", group: "g", id: "key")

        #expect(try counter.send("b", group: "h", id: "key").isRepetition == isRepetition)
        #expect(try counter.send("c", group: "g", id: "key").isRepetition)
    }

    @Test func `is looked for as it was when the queue was created`() throws {
        var counter = try Counter(.fifo)
        try counter.send("a", group: "g", id: "key")
        var attributes = counter.queue.attributes
        try attributes.set([("DeduplicationScope", "messageGroup")])

        counter.queue.change(to: attributes, now: counter.now)

        #expect(try counter.send("b", group: "h", id: "key").isRepetition)
    }

    @Test func `is known by its body where content decides, unless it has an id of its own`() throws {
        var queue = MessageQueue(
            id: QueueID(1),
            attributes: try QueueAttributes(creating: [
                ("FifoQueue", "true"), ("ContentBasedDeduplication", "True"),
            ]))
        var random = SeededGenerator(seed: 1)
        func message(_ body: String, _ attribute: String, id: String? = nil) throws -> SoundMessage {
            let attribute = MessageAttribute(name: "a", dataType: "String", value: .text(attribute))
            return try SoundMessage(
                MessageDraft(body: body, attributes: [attribute], groupID: "g", deduplicationID: id))
        }
        _ = try queue.send(message("body", "x"), now: .noon, using: &random)

        #expect(try queue.send(message("body", "y"), now: .noon, using: &random).isRepetition)
        #expect(
            try queue.send(message("body", "y", id: "own"), now: .noon, using: &random).isRepetition == false)
        #expect(try queue.send(message("other", "x"), now: .noon, using: &random).isRepetition == false)
        let sha256 = "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"
        #expect(try queue.send(message("other", "x", id: sha256), now: .noon, using: &random).isRepetition)
    }

    @Test func `is told to the store when it may be forgotten, and only then`() throws {
        var counter = try Counter(.fifo)
        for number in 0..<600 { try counter.send("m\(number)", group: "g") }
        _ = counter.queue.takeChanges()
        counter.pass(.seconds(299))
        counter.queue.settle(now: counter.now)
        #expect(counter.queue.takeChanges().isEmpty)

        counter.pass(.seconds(1))
        counter.queue.settle(now: counter.now)

        #expect(counter.queue.takeChanges() == [.forgotDeduplication(upTo: SequenceNumber(600))])
    }
}

@Suite struct `A receive that names itself` {
    private func twoReceived() throws -> (counter: Counter, leases: [Lease]) {
        var counter = try Counter(.fifo)
        for body in ["m1", "m2"] { try counter.send(body, group: "g") }
        let leases = counter.queue.receive(limit: 10, attempt: "try", now: counter.now)
        return (counter, leases)
    }

    @Test func `gets the same messages with the same receipts when it is repeated, hidden anew`() throws {
        var (counter, leases) = try twoReceived()
        counter.pass(.seconds(20))

        let again = counter.queue.receive(limit: 10, attempt: "try", now: counter.now)

        #expect(again == leases)
        counter.pass(.seconds(29))
        #expect(counter.receive().isEmpty)
        counter.pass(.seconds(1))
        #expect(counter.receive() == ["m1", "m2"])
    }

    @Test func `can be repeated again and again`() throws {
        var (counter, leases) = try twoReceived()
        for _ in 0..<3 {
            counter.pass(.seconds(20))
            #expect(counter.queue.receive(limit: 10, attempt: "try", now: counter.now) == leases)
        }
    }

    @Test func `is a new receive once one of its messages is gone`() throws {
        var (counter, leases) = try twoReceived()
        try counter.queue.delete(Receipt(leases[0], queue: counter.queue.id), now: counter.now)

        #expect(counter.receive(attempt: "try").isEmpty)
    }

    @Test func `is a new receive once the visibility of one of its messages was changed`() throws {
        var (counter, leases) = try twoReceived()
        try counter.queue.changeVisibility(
            Receipt(leases[1], queue: counter.queue.id), timeout: .seconds(31), now: counter.now)

        #expect(counter.receive(attempt: "try").isEmpty)
    }

    @Test func `is a new receive after five minutes`() throws {
        var (counter, leases) = try twoReceived()
        counter.pass(.seconds(300))

        let later = counter.queue.receive(limit: 10, attempt: "try", now: counter.now)

        #expect(later.map(\.receiveCount) == [2, 2])
        #expect(later != leases)
    }

    @Test func `is not known to a standard queue`() throws {
        var counter = try Counter()
        try counter.send("a")
        counter.receive(attempt: "try")

        #expect(counter.receive(attempt: "try").isEmpty)
    }
}
