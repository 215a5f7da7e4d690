import Clockwork
import Testing
import Wire

@Suite struct `A long poll` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test func `answers empty when its wait is over, and not before`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            let (messages, took) = try await caller.timing { try await caller.receive(url, wait: 7) }

            #expect(messages.isEmpty)
            #expect((.seconds(7)...Duration.milliseconds(7_100)).contains(took))
        }
    }

    @Test func `ends together with those begun shortly before and after it, so that they share a wake-up`()
        throws
    {
        try house.play { caller in
            let url = try await caller.create("orders")
            let waits = try await withThrowingTaskGroup(of: (Duration, ends: Duration).self) { group in
                for place in 0..<40 {
                    group.addTask {
                        try await caller.sleep(.milliseconds(place))
                        let (_, took) = try await caller.timing { try await caller.receive(url, wait: 2) }
                        return (took, caller.time.uptime)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(waits.allSatisfy { (.seconds(2)...Duration.milliseconds(2_100)).contains($0.0) })
            #expect((8...10).contains(Set(waits.map(\.ends)).count))
        }
    }

    @Test func `takes the queue's wait, unless it names its own, 0 included`() throws {
        try house.play { caller in
            let url = try await caller.create("orders", ["ReceiveMessageWaitTimeSeconds": "4"])
            let (_, long) = try await caller.timing { try await caller.client(ReceiveMessage(queueUrl: url)) }
            let (_, short) = try await caller.timing { try await caller.receive(url, wait: 0) }

            #expect(long >= .seconds(4))
            #expect(short < .milliseconds(100))
        }
    }

    /// What makes a waiting receiver's message visible, and after how long.
    enum Cause: CaseIterable {
        case send, delayEnds, timeoutEnds, shownByHand, groupFreed, deadLettered, attributesChanged
    }

    @Test(arguments: Cause.allCases)
    func `answers as soon as there is something`(cause: Cause) throws {
        try house.play { caller in
            try await caller.create("dead.fifo")
            let policy =
                #"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead.fifo","maxReceiveCount":1}"#
            let url = try await caller.create(
                "orders.fifo",
                ["DelaySeconds": cause == .delayEnds || cause == .attributesChanged ? "5" : "0"])
            var poll = url
            switch cause {
            case .send: break
            case .delayEnds, .attributesChanged: try await caller.send("m", to: url, group: "g")
            case .timeoutEnds, .shownByHand, .groupFreed:
                try await caller.send("m", to: url, group: "g")
                if cause == .groupFreed { try await caller.send("next", to: url, group: "g") }
            case .deadLettered:
                _ = try await caller.client(
                    SetQueueAttributes(queueUrl: url, attributes: ["RedrivePolicy": policy]))
                try await caller.send("m", to: url, group: "g")
                _ = try await caller.receive(url, timeout: 5)
                poll = "dead.fifo"
            }
            let held =
                cause == .timeoutEnds || cause == .shownByHand || cause == .groupFreed
                ? try await caller.receive(url, limit: 1, timeout: cause == .timeoutEnds ? 5 : 60).first : nil
            let queue = poll

            async let polled = caller.timing { try await caller.receive(queue, wait: 20) }
            try await caller.sleep(.seconds(5))
            switch cause {
            case .send: try await caller.send("m", to: url, group: "g")
            case .delayEnds, .timeoutEnds: break
            case .attributesChanged:
                try await caller.sleep(.seconds(-1))
                _ = try await caller.client(
                    SetQueueAttributes(queueUrl: url, attributes: ["DelaySeconds": "0"]))
            case .shownByHand: try await caller.hide(try #require(held), in: url, seconds: 0)
            case .groupFreed: try await caller.delete(try #require(held), from: url)
            case .deadLettered: _ = try await caller.receive(url)
            }
            let (messages, took) = try await polled

            #expect(messages.map(\.body) == [cause == .groupFreed ? "next" : "m"])
            #expect((.milliseconds(4_900)...Duration.milliseconds(5_200)).contains(took))
        }
    }

    @Test func `does not wait to fill up`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            async let polled = caller.timing { try await caller.receive(url, limit: 10, wait: 20) }
            try await caller.sleep(.seconds(1))
            try await caller.send("a", to: url)
            try await caller.send("b", to: url)

            let (messages, took) = try await polled
            #expect(messages.map(\.body) == ["a"])
            #expect(took < .seconds(2))
        }
    }

    @Test func `is served in the order of arrival`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            let bodies = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
                for place in 0..<5 {
                    group.addTask {
                        try await caller.sleep(.seconds(1) * (place + 1))
                        return (place, try await caller.receive(url, limit: 1, wait: 20).map(\.body))
                    }
                }
                group.addTask {
                    try await caller.sleep(.seconds(10))
                    for body in ["a", "b", "c", "d", "e"] { try await caller.send(body, to: url) }
                    return (-1, [])
                }
                var bodies: [Int: [String]] = [:]
                for try await (place, received) in group where place >= 0 { bodies[place] = received }
                return bodies
            }
            #expect((0..<5).map { bodies[$0] } == [["a"], ["b"], ["c"], ["d"], ["e"]])
        }
    }

    @Test func `of someone who hung up takes nothing`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            let poll = Task(executorPreference: caller.time) { try await caller.receive(url, wait: 20) }
            try await caller.sleep(.seconds(1))
            poll.cancel()
            try await caller.sleep(.seconds(1))

            try await caller.send("order", to: url)

            #expect(try await caller.counts(url) == [1, 0, 0])
        }
    }

    @Test func `ends with an error when its queue is deleted`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            async let error = refusal { try await caller.receive(url, wait: 20) }
            try await caller.sleep(.seconds(1))
            _ = try await caller.client(DeleteQueue(queueUrl: url))

            #expect(await error?.type == "QueueDoesNotExist")
        }
    }

    @Test func `refuses numbers out of range in Amazon's words`() throws {
        try house.play { caller in
            let url = try await caller.create("orders")
            let limit = await refusal { try await caller.receive(url, limit: 11) }
            let wait = await refusal { try await caller.receive(url, wait: 21) }
            let timeout = await refusal { try await caller.receive(url, timeout: 43_201) }

            #expect(
                limit?.message
                    == "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            )
            #expect(
                wait?.message
                    == "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
            )
            #expect(timeout?.type == "InvalidParameterValueException")
            let attempt = await refusal { try await caller.receive(url, attempt: "not an id") }
            #expect(attempt?.type == "InvalidParameterValueException")
        }
    }

    @Test func `that names itself gets the same receipts when its answer was lost`() throws {
        try house.play { caller in
            let url = try await caller.create("orders.fifo")
            try await caller.send("order", to: url, group: "g")
            let first = try await caller.receive(url, attempt: "a")
            let again = try await caller.receive(url, attempt: "a")

            #expect(first.map(\.receiptHandle) == again.map(\.receiptHandle))
            #expect(again.first?.attributes?["ApproximateReceiveCount"] == "1")
        }
    }
}
