import Clockwork
import Disk
import Testing
import Wire

@Suite(.timeLimit(.minutes(5))) struct `A move task of the broker` {
    private static let letters = 40

    /// Batches of five, so that there is something between the commits.
    @Test(arguments: 1...13, [true, false])
    func `loses and doubles nothing when the broker dies at any commit`(commit: Int, before: Bool) throws {
        let house = try QueueHouse(seed: UInt64(commit))
        try house.play { try await $0.bury(Self.letters) }
        house.witness.killAt(commit, before ? .before : .after)

        try house.play { caller in
            try await caller.begin(rate: 50)
            try await caller.waitForTheEnd()
        }

        let bodies = try house.play { try await $0.drain("orders") }
        #expect(bodies.sorted() == (0..<Self.letters).map { "letter \($0)" }.sorted())
        #expect(try house.play { try await $0.counts("dead") } == [0, 0, 0])
        #expect(
            try house.play { try await $0.latestTask()?.approximateNumberOfMessagesMoved } == Self.letters)
        #expect(
            try house.rows("SELECT count(*), count(DISTINCT message_id) FROM message_moves")
                == ["\(Self.letters)|\(Self.letters)"])
        #expect(try house.rows("SELECT sum(untouched) FROM queues") == ["0"])
    }

    @Test func `goes on after a commit that has failed`() throws {
        let house = try QueueHouse()
        try house.play { caller in
            try await caller.bury(Self.letters)
            try await caller.begin(rate: 50)
            try await caller.sleep(.milliseconds(250))
            house.witness.failCommits(2)
            try await caller.waitForTheEnd()

            #expect(try await caller.drain("orders").count == Self.letters)
            #expect(try await caller.latestTask()?.approximateNumberOfMessagesMoved == Self.letters)
        }
    }

    @Test func `that was told to stop has stopped after a restart`() throws {
        let house = try QueueHouse()
        try house.play { caller in
            try await caller.bury(Self.letters)
            let handle = try await caller.begin(rate: 1)
            house.witness.killAt(1, .after)
            _ = try? await caller.client(CancelMessageMoveTask(taskHandle: handle))
        }

        let task = try house.play { caller in
            try await caller.sleep(.seconds(3))
            return try await caller.latestTask()
        }

        #expect(task?.status == "CANCELLED")
        #expect(try house.play { try await $0.counts("dead") } == [Self.letters - 1, 0, 0])
    }

    @Test func `waits while the disk is nearly full`() throws {
        let house = try QueueHouse()
        try house.play { caller in
            try await caller.bury(Self.letters)
            try await caller.begin(rate: 1)
            house.room.freeBytes = 100 << 20
            try await caller.sleep(.seconds(3))
            let moved = try await caller.latestTask()?.approximateNumberOfMessagesMoved
            try await caller.sleep(.seconds(5))
            #expect(try await caller.latestTask()?.approximateNumberOfMessagesMoved == moved)

            house.room.freeBytes = 1 << 40
            try await caller.waitForTheEnd()

            #expect(try await caller.counts("orders") == [Self.letters, 0, 0])
        }
    }

    @Test func `moves what lies far behind the window, and leaves what has no origin`() throws {
        let house = try QueueHouse()
        try house.play { caller in
            try await caller.create("dead")
            try await caller.create("orders", ["RedrivePolicy": QueueCaller.policy])
            try await caller.send(5_000, to: "dead")
            try await caller.send("order", to: "orders")
            _ = try await caller.receive("orders", timeout: 0)
            _ = try await caller.receive("orders")

            _ = try await caller.client(StartMessageMoveTask(sourceArn: QueueCaller.dead))
            try await caller.waitForTheEnd()

            #expect(try await caller.receive("orders").map(\.body) == ["order"])
            #expect(try await caller.counts("dead") == [5_000, 0, 0])
        }
    }

    @Test func `takes turns with whoever sends to its destination meanwhile`() throws {
        let house = try QueueHouse()
        try house.play { caller in
            try await caller.create("dead")
            try await caller.create("orders", ["RedrivePolicy": QueueCaller.policy])
            try await caller.send(5_000, to: "dead")
            let commits = house.witness.commits
            try await caller.begin(rate: nil)

            try await caller.send("meanwhile", to: "orders")

            #expect(house.witness.commits - commits < 10)
            try await caller.waitForTheEnd()
            #expect(try await caller.counts("orders") == [5_001, 0, 0])
        }
    }
}

extension QueueCaller {
    fileprivate static let dead = "arn:aws:sqs:us-east-1:000000000000:dead"
    fileprivate static let policy = #"{"deadLetterTargetArn":"\#(dead)","maxReceiveCount":1}"#

    /// Makes a queue `orders` and its `dead`, in which so many letters lie.
    fileprivate func bury(_ count: Int) async throws {
        try await create("dead")
        try await create("orders", ["RedrivePolicy": Self.policy])
        for number in 0..<count { try await send("letter \(number)", to: "dead") }
    }

    fileprivate func send(_ count: Int, to queue: String) async throws {
        for start in stride(from: 0, to: count, by: 10) {
            _ = try await client(
                SendMessageBatch(
                    queueUrl: queue,
                    entries: (start..<(start + 10)).map { .init(id: "\($0)", messageBody: "letter \($0)") }))
        }
    }

    /// Starts a move to `orders`, whatever happens to the broker.
    @discardableResult
    fileprivate func begin(rate: Int?) async throws -> String {
        let start = StartMessageMoveTask(
            sourceArn: Self.dead, destinationArn: "arn:aws:sqs:us-east-1:000000000000:orders",
            maxNumberOfMessagesPerSecond: rate)
        while true {
            if let handle = try? await client(start).taskHandle { return handle }
            try await sleep(.milliseconds(100))
            if let handle = try? await latestTask()?.taskHandle { return handle }
        }
    }

    fileprivate func latestTask() async throws -> ListMessageMoveTasks.Entry? {
        try await client(ListMessageMoveTasks(sourceArn: Self.dead)).results?.first
    }

    fileprivate func waitForTheEnd() async throws {
        while (try? await latestTask()?.status) != "COMPLETED" { try await sleep(.milliseconds(100)) }
    }

    /// Receives and deletes all that there is.
    fileprivate func drain(_ queue: String) async throws -> [String] {
        var bodies: [String] = []
        while let messages = try? await receive(queue), !messages.isEmpty {
            bodies += messages.map(\.body)
            for message in messages { try await delete(message, from: queue) }
        }
        return bodies
    }
}
