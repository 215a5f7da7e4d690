import Clockwork
import Disk
import GRDB
import Synchronization
import Testing
import Wire

extension QueueHouse {
    /// What a query says to someone who looks at the file from outside, first columns as text.
    func rows(_ sql: String) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        let connection = try DatabaseQueue(
            path: "\(directory)/broker.db", configuration: configuration)
        defer { try? connection.close() }
        return try connection.read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map(\.description).joined(separator: "|").replacing("\"", with: "")
            }
        }
    }
}

@Suite struct `What the broker has acknowledged` {
    /// Sends, receives and deletes until the broker dies at a commit; nothing may be lost, and nothing deleted come back.
    @Test(arguments: 1...24, [true, false])
    func `holds when it dies at any commit`(commit: Int, before: Bool) throws {
        let house = try QueueHouse(seed: UInt64(commit))
        try house.play { caller in
            try await caller.create("dead.fifo")
            let policy =
                #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":2}"#
            try await caller.create("orders.fifo", ["RedrivePolicy": policy, "VisibilityTimeout": "2"])
        }
        let ledger = Ledger()
        house.witness.killAt(commit, before ? .before : .after)
        let sends = 12

        try house.play { caller in
            await withTaskGroup { group in
                group.addTask {
                    for number in 0..<sends {
                        let body = "order-\(number)"
                        // Repeated under the same id until someone says yes.
                        while (try? await caller.send(body, to: "orders.fifo", group: "g\(number % 3)"))
                            == nil
                        {
                            try? await caller.sleep(.milliseconds(100))
                        }
                        ledger.acknowledge(body)
                    }
                }
                group.addTask {
                    for _ in 0..<6 {
                        try? await caller.sleep(.milliseconds(700))
                        for message in (try? await caller.receive("orders.fifo", limit: 3)) ?? [] {
                            ledger.see(message)
                            guard message.body.hasSuffix("1") || message.body.hasSuffix("4") else { continue }
                            await ledger.delete(message, from: "orders.fifo", by: caller)
                        }
                    }
                }
            }
        }
        try house.play { await ledger.drain("orders.fifo", by: $0, onlyOnce: false) }
        try house.play { await ledger.drain("dead.fifo", by: $0, onlyOnce: true) }

        #expect(ledger.findings(sent: sends).isEmpty)
        #expect(try house.rows("SELECT count(*) FROM messages") == ["0"])
        #expect(try house.rows("SELECT count(*) FROM message_bodies") == ["0"])
        #expect(try house.rows("SELECT sum(untouched) FROM queues") == ["0"])
    }

    /// What callers outside know, whatever happens to the broker.
    private final class Ledger: Sendable {
        private struct Book {
            var acknowledged: Set<String> = []
            var deleted: Set<String> = []
            /// Deleted, perhaps: the answer did not come.
            var unknown: Set<String> = []
            var seen: [String: Int] = [:]
            var findings: [String] = []
        }

        private let book = Mutex(Book())

        func acknowledge(_ body: String) { book.withLock { _ = $0.acknowledged.insert(body) } }

        func delete(_ message: ReceivedMessage, from queue: String, by caller: QueueCaller) async {
            let isKnown = (try? await caller.delete(message, from: queue)) != nil
            book.withLock {
                _ = isKnown ? $0.deleted.insert(message.body) : $0.unknown.insert(message.body)
            }
        }

        func see(_ message: ReceivedMessage) {
            book.withLock { book in
                if book.deleted.contains(message.body) { book.findings.append("came back: \(message.body)") }
                let count = Int(message.attributes?["ApproximateReceiveCount"] ?? "") ?? 0
                if count <= book.seen[message.body, default: 0] {
                    book.findings.append("count fell: \(message.body)")
                }
                book.seen[message.body] = count
            }
        }

        /// Receives and deletes everything that is left.
        func drain(_ queue: String, by caller: QueueCaller, onlyOnce: Bool) async {
            var idle = 0
            var times: [String: Int] = [:]
            while idle < 4 {
                let messages = (try? await caller.receive(queue, limit: 10, timeout: 2, wait: 1)) ?? []
                idle = messages.isEmpty ? idle + 1 : 0
                for message in messages {
                    see(message)
                    times[message.body, default: 0] += 1
                    await delete(message, from: queue, by: caller)
                }
            }
            if onlyOnce, times.values.contains(where: { $0 > 1 }) {
                book.withLock { $0.findings.append("there twice: \(times)") }
            }
        }

        func findings(sent: Int) -> [String] {
            book.withLock { book in
                let lost = (0..<sent).map { "order-\($0)" }.filter {
                    !book.acknowledged.contains($0) || !book.deleted.union(book.unknown).contains($0)
                }
                let invented = book.seen.keys.filter { !book.acknowledged.contains($0) }
                return book.findings + lost.map { "lost: \($0)" } + invented.map { "invented: \($0)" }
            }
        }
    }
}

@Suite struct `A commit that fails` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test func `is told to the sender as a server's fault, and leaves nothing behind`() throws {
        try house.play { caller in
            try await caller.create("orders.fifo")
            let first = try await caller.send("first", to: "orders.fifo", group: "g")
            house.witness.failCommits(1)

            await #expect(throws: ClientError.self) {
                try await caller.send("second", to: "orders.fifo", group: "g")
            }

            #expect(try await caller.counts("orders.fifo") == [1, 0, 0])
            let again = try await caller.send("second", to: "orders.fifo", group: "g")
            #expect(try #require(again.sequenceNumber) > #require(first.sequenceNumber))
            #expect(try await caller.receive("orders.fifo").map(\.body) == ["first", "second"])
        }
    }

    @Test func `of a receive leaves its messages visible, and of a delete in flight`() throws {
        try house.play { caller in
            try await caller.create("orders")
            try await caller.send("order", to: "orders")
            house.witness.failCommits(1)
            await #expect(throws: ClientError.self) { try await caller.receive("orders") }
            #expect(try await caller.counts("orders") == [1, 0, 0])

            let message = try #require(try await caller.receive("orders").first)
            #expect(message.attributes?["ApproximateReceiveCount"] == "1")
            house.witness.failCommits(1)
            await #expect(throws: ClientError.self) { try await caller.delete(message, from: "orders") }
            #expect(try await caller.counts("orders") == [0, 1, 0])
            try await caller.delete(message, from: "orders")
            #expect(try await caller.counts("orders") == [0, 0, 0])
        }
    }

    @Test func `does not end the waits of others, who are served afterwards`() throws {
        try house.play { caller in
            try await caller.create("orders")
            try await caller.create("other")
            async let polled = caller.timing { try await caller.receive("orders", wait: 20) }
            try await caller.sleep(.seconds(1))
            house.witness.failCommits(1)
            await #expect(throws: ClientError.self) { try await caller.send("lost", to: "other") }
            try await caller.sleep(.seconds(1))

            try await caller.send("order", to: "orders")

            let (messages, took) = try await polled
            #expect(messages.map(\.body) == ["order"])
            #expect(took < .seconds(3))
        }
    }

    @Test func `gives back what it was to hand out, to whoever waits next`() throws {
        try house.play { caller in
            try await caller.create("orders")
            try await caller.send("order", to: "orders", delay: 3)
            let first = Task(executorPreference: caller.time) { try await caller.receive("orders", wait: 20) }
            try await caller.sleep(.seconds(1))
            async let second = caller.timing { try await caller.receive("orders", wait: 20) }
            try await caller.sleep(.seconds(1))
            house.witness.failCommits(1)

            await #expect(throws: ClientError.self) { try await first.value }
            let (messages, took) = try await second
            #expect(messages.map(\.body) == ["order"])
            #expect(messages.first?.attributes?["ApproximateReceiveCount"] == "1")
            #expect(took < .milliseconds(2_200))
        }
    }

    @Test func `does not keep a wait from ending in time`() throws {
        try house.play { caller in
            try await caller.create("orders")
            try await caller.create("other")
            async let polled = caller.timing { try await caller.receive("orders", wait: 5) }
            try await caller.sleep(.seconds(1))
            house.witness.failCommits(1)
            await #expect(throws: ClientError.self) { try await caller.send("lost", to: "other") }

            let (_, took) = try await polled
            #expect(took < .milliseconds(5_200))
        }
    }

    @Test func `of a new queue leaves no queue`() throws {
        try house.play { caller in
            house.witness.failCommits(1)
            await #expect(throws: ClientError.self) { try await caller.create("orders") }

            #expect(await refusal { try await caller.attributes("orders") }?.type == "QueueDoesNotExist")
            try await caller.create("orders")
        }
    }
}

@Suite struct `A long queue of the broker` {
    @Test(arguments: [("orders", 4_500), ("orders.fifo", 8_600)])
    func `is worked off in order from disk, also after a restart`(queue: String, count: Int) throws {
        let house = try QueueHouse()
        let isFIFO = queue.hasSuffix(".fifo")
        try house.play { caller in
            try await caller.create(queue)
            for start in stride(from: 0, to: count, by: 10) {
                _ = try await caller.client(
                    SendMessageBatch(
                        queueUrl: queue,
                        entries: (start..<(start + 10)).map {
                            .init(
                                id: "\($0)", messageBody: "\($0)",
                                messageDeduplicationId: isFIFO ? "\($0)" : nil,
                                messageGroupId: isFIFO ? "g\($0 % 7)" : nil)
                        }))
            }
            #expect(try await caller.counts(queue) == [count, 0, 0])
        }
        let drain: @Sendable (QueueCaller, Int) async throws -> [Int] = { caller, most in
            var received: [Int] = []
            while received.count < most {
                let messages = try await caller.receive(queue)
                if messages.isEmpty { break }
                received += messages.compactMap { Int($0.body) }
                _ = try await caller.client(
                    DeleteMessageBatch(
                        queueUrl: queue,
                        entries: messages.map { .init(id: $0.body, receiptHandle: $0.receiptHandle) }))
            }
            return received
        }

        var received = try house.play { try await drain($0, count / 2) }
        try house.restart()
        #expect(try house.play { try await $0.counts(queue) } == [count - received.count, 0, 0])
        received += try house.play { try await drain($0, count) }

        #expect(received.count == count)
        let groups = Dictionary(grouping: received) { isFIFO ? $0 % 7 : 0 }
        #expect(groups.values.allSatisfy { $0 == $0.sorted() })
        #expect(Set(received).count == count)
    }

    @Test func `hands out what names a group on a standard queue, also after a restart`() throws {
        let house = try QueueHouse()
        try house.play { caller in
            try await caller.create("orders")
            _ = try await caller.client(
                SendMessage(queueUrl: "orders", messageBody: "order", messageGroupId: "tenant"))
        }

        try house.restart()

        #expect(try house.play { try await $0.receive("orders").map(\.body) } == ["order"])
    }
}

@Suite struct `The broker's windows` {
    @Test func `show every message and where it is`() throws {
        let house = try QueueHouse()
        try house.play { caller in
            try await caller.create("dead.fifo")
            let policy =
                #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":1}"#
            try await caller.create("orders.fifo", ["RedrivePolicy": policy])
            try await caller.create("plain")
            try await caller.send("poison", to: "orders.fifo", group: "order-0")
            _ = try await caller.receive("orders.fifo", timeout: 0)
            _ = try await caller.receive("orders.fifo")
            try await caller.send("a", to: "orders.fifo", group: "order-1")
            try await caller.send("b", to: "orders.fifo", group: "order-1")
            _ = try await caller.receive("orders.fifo", limit: 1, timeout: 43_200)
            try await caller.send(#"{"order_number":"order-2","total":1}"#, to: "plain")
            try await caller.send("not JSON", to: "plain", delay: 900)
        }

        // The windows tell by the clock of whoever looks, which is not the simulated one: far deadlines read alike.
        let seen = try house.rows(
            "SELECT queue, order_number, receive_count, state = 'dead' FROM queue_messages ORDER BY queue, sequence"
        )
        #expect(
            seen == [
                "dead.fifo|order-0|1|1", "orders.fifo|order-1|1|0", "orders.fifo|order-1|0|0",
                "plain|order-2|0|0",
                "plain|NULL|0|0",
            ])
        let overview = try house.rows(
            "SELECT queue, waiting + in_flight + delayed FROM queue_overview ORDER BY queue")
        #expect(overview == ["dead.fifo|1", "orders.fifo|2", "plain|2"])
    }
}

@Suite struct `A broker whose disk is nearly full` {
    @Test func `takes nothing new in, goes on handing out, and opens again when there is room`() throws {
        let house = try QueueHouse()

        try house.play { caller in
            try await caller.create("orders")
            try await caller.send("before", to: "orders")
            house.room.freeBytes = 100 << 20
            try await caller.sleep(.seconds(2))

            for attempt in [
                { try await caller.send("while", to: "orders") }, { try await caller.create("new") },
            ]
                as [@Sendable () async throws -> Any]
            {
                let error = await #expect(throws: ClientError.self) { _ = try await attempt() }
                #expect("\(String(describing: error))".contains("100 MiB of disk left"))
            }
            let message = try #require(try await caller.receive("orders").first)
            try await caller.delete(message, from: "orders")
            #expect(try await caller.counts("orders") == [0, 0, 0])

            house.room.freeBytes = 1 << 40
            try await caller.sleep(.seconds(2))
            try await caller.send("after", to: "orders")
            #expect(try await caller.receive("orders").map(\.body) == ["after"])
        }
    }
}
