import Clockwork
import Testing
import Wire

/// Queues on the broker's bad days.
@Suite struct `A queue of a moody broker` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse.moody()
    }

    @Test func `throttles as Amazon does, and nothing of a refused request happens`() throws {
        try house.play { [control = house.control()] caller in
            let url = try await caller.create("orders")
            try await caller.send("kept", to: url)
            try await control.set(.init(kind: "throttle", operation: "sqs", probability: 1))

            let calls: [() async throws -> Any] = [
                { try await caller.send("refused", to: url) }, { try await caller.receive(url) },
                { try await caller.client(PurgeQueue(queueUrl: url)) },
                { try await caller.client(CreateQueue(queueName: "another")) },
            ]
            for call in calls {
                let error = await refusal { try await call() }
                #expect(error?.type == "RequestThrottled" && error?.legacyCode == "RequestThrottled")
                #expect(error?.status == 403 && error?.isThrottling == true)
            }

            _ = try await control(ClearMoods())
            let messages = try await caller.receive(url)
            #expect(messages.map(\.body) == ["kept"])
            #expect(messages[0].attributes?["ApproximateReceiveCount"] == "1")
            #expect(try await caller.client(ListQueues()).queueUrls == [url])
        }
    }

    @Test func `throttles only what the mood names`() throws {
        try house.play { [control = house.control(), kinesis = house.streams()] caller in
            let url = try await caller.create("orders")
            try await control.set(.init(kind: "throttle", operation: "ReceiveMessage", probability: 1))

            try await caller.send("m", to: url)
            #expect(await refusal { try await caller.receive(url) }?.type == "RequestThrottled")
            _ = try await kinesis(ListStreams())
        }
    }

    @Test(arguments: ["orders", "orders.fifo"])
    func `keeps of a batch what did not fail, and nothing else`(name: String) throws {
        try house.play { [control = house.control()] caller in
            let url = try await caller.create(name)
            let isFIFO = name.hasSuffix(".fifo")
            let entries = (0..<10).map { number in
                SendMessageBatch.Entry(
                    id: "e\(number)", messageBody: "m\(number)",
                    messageDeduplicationId: isFIFO ? "m\(number)" : nil,
                    messageGroupId: isFIFO ? "g\(number)" : nil)
            }
            try await control.set(.init(kind: "partial_batch", probability: 0.5))

            let sent = try await caller.client(SendMessageBatch(queueUrl: url, entries: entries))
            let failed = try #require(sent.failed)
            let successful = try #require(sent.successful)
            #expect(failed.allSatisfy { !$0.senderFault && $0.code == "InternalError" })
            #expect(Set(failed.map(\.id) + successful.map(\.id)) == Set(entries.map(\.id)))

            let messages = try await caller.receive(url)
            #expect(Set(messages.map(\.body)) == Set(successful.map { "m\($0.id.dropFirst())" }))
            let deleted = try await caller.client(
                DeleteMessageBatch(
                    queueUrl: url,
                    entries: messages.map { .init(id: $0.body, receiptHandle: $0.receiptHandle) }))
            #expect(try await caller.counts(url)[1] == deleted.failed?.count ?? 0)

            // Once the mood has passed, the same entries again bring exactly the missing ones.
            try await caller.sleep(.seconds(61))
            let again = try await caller.client(
                SendMessageBatch(
                    queueUrl: url, entries: entries.filter { entry in failed.contains { $0.id == entry.id } })
            )
            #expect(again.failed == nil && again.successful?.count == failed.count)
        }
    }

    @Test(arguments: ["orders", "orders.fifo"])
    func `hands a message to several receivers, each with a receipt of his own`(name: String) throws {
        try house.play { [control = house.control()] caller in
            let url = try await caller.create(name)
            try await control.set(.init(kind: "redeliver", copies: 3))
            try await caller.send("m", to: url, group: name.hasSuffix(".fifo") ? "g" : nil)

            var copies: [ReceivedMessage] = []
            for _ in 1...4 { copies += try await caller.receive(url) }

            #expect(copies.map { $0.attributes?["ApproximateReceiveCount"] } == ["1", "2", "3"])
            #expect(Set(copies.map(\.receiptHandle)).count == 3)
            #expect(Set(copies.map(\.messageId)).count == 1)
            try await caller.delete(copies[2], from: url)
            #expect(try await caller.counts(url) == [0, 0, 0])
        }
    }

    @Test func `hands a message to all who wait for it at the same moment`() throws {
        try house.play { [control = house.control()] caller in
            let url = try await caller.create("orders.fifo")
            try await control.set(.init(kind: "redeliver", copies: 2))

            async let first = caller.receive(url, wait: 20)
            async let second = caller.receive(url, wait: 20)
            try await caller.sleep(.seconds(1))
            try await caller.send("m", to: url, group: "g")
            let sent = caller.time.uptime
            let received = try await first + second

            #expect(received.map(\.body) == ["m", "m"])
            #expect(caller.time.uptime - sent < .milliseconds(100))
        }
    }

    @Test func `once the mood has passed hands a message to one receiver alone`() throws {
        try house.play { [control = house.control()] caller in
            let url = try await caller.create("orders")
            try await control.set(.init(kind: "redeliver", copies: 2), for: .seconds(1))
            try await caller.sleep(.seconds(1))
            try await caller.send("m", to: url)

            #expect(try await caller.receive(url).count == 1)
            #expect(try await caller.receive(url).isEmpty)
        }
    }

    @Test func `is in strong disorder, and loses nothing by it; FIFO keeps its order`() throws {
        try house.play { [control = house.control()] caller in
            let bodies = (10..<60).map { "m\($0)" }
            let (standard, fifo) = (try await caller.create("orders"), try await caller.create("orders.fifo"))
            for body in bodies {
                try await caller.send(body, to: standard)
                try await caller.send(body, to: fifo, group: "g")
            }
            try await control.set(.init(kind: "shuffle"), for: .seconds(10))

            var disorderly: [String] = []
            for _ in 1...5 { disorderly += try await caller.receive(standard).map(\.body) }
            let orderly = try await caller.receive(fifo).map(\.body)

            #expect(disorderly.sorted() == bodies)
            let inversions = zip(disorderly, disorderly.dropFirst()).count { $0 > $1 }
            #expect((10...40).contains(inversions))
            #expect(orderly == Array(bodies.prefix(10)))

            try await caller.sleep(.seconds(31))
            #expect(try await caller.receive(standard).map(\.body) == Array(bodies.prefix(10)))
        }
    }
}
