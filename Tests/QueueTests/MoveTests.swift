import Clockwork
import Queue
import Testing

@Suite struct `A move` {
    private var random = SeededGenerator(seed: 1)

    private func candidates(_ counter: Counter, count: Int, target: QueueID? = QueueID(2)) -> [MoveCandidate]
    {
        (1...count).map { number in
            MoveCandidate(
                Envelope(
                    sequence: SequenceNumber(Int64(number)), enqueuedAt: counter.now,
                    groupID: counter.queue.kind == .fifo ? MessageGroupID("g") : nil),
                deduplicationID: "d\(number)", target: target)
        }
    }

    @Test func `takes the oldest first, and no more than it may`() throws {
        var counter = try Counter()
        for body in ["1", "2", "3"] { try counter.send(body) }
        var walk = MoveWalk()

        let released = counter.queue.release(
            candidates(counter, count: 3), along: &walk, limit: 2, now: counter.now)

        #expect(released.map(\.envelope.sequence.rawValue) == [1, 2])
        #expect(walk.place == SequenceNumber(2))
        #expect(counter.receive() == ["3"])
    }

    @Test func `leaves what has no target, and comes by without waiting for it`() throws {
        var counter = try Counter()
        try counter.send("1")
        var walk = MoveWalk()

        let released = counter.queue.release(
            candidates(counter, count: 1, target: nil), along: &walk, limit: 9, now: counter.now)

        #expect(released.isEmpty)
        #expect(walk.place == SequenceNumber(1))
        #expect(!walk.hasPassedBy)
    }

    @Test func `leaves what somebody has discarded, and a restart knows nothing of it`() throws {
        var counter = try Counter(bounds: WindowBounds(capacity: 1, lowWater: 1, page: 1, lookAhead: 0))
        for body in ["1", "2", "3"] { try counter.send(body) }
        let all = candidates(counter, count: 3)
        var ledger = Ledger()
        var walk = MoveWalk()

        let discarded = counter.queue.discard(all.suffix(1).map(\.envelope), now: counter.now)
        let released = counter.queue.release(all, along: &walk, limit: 9, now: counter.now)
        ledger.write(counter.queue.takeChanges())

        #expect(discarded.map(\.rawValue) == [3])
        #expect(released.map(\.envelope.sequence.rawValue) == [1, 2])
        #expect(ledger.messages.isEmpty)
        #expect(counter.queue.messageCount == 0)
    }

    @Test func `is no different from a discard in what it leaves to receivers`() throws {
        var counter = try Counter()
        for body in ["1", "2"] { try counter.send(body) }
        counter.receive(1, timeout: .seconds(5))
        let all = candidates(counter, count: 2).map(\.envelope)

        #expect(counter.queue.discard(all, now: counter.now).map(\.rawValue) == [2])
        counter.pass(.seconds(6))
        #expect(counter.receive() == ["1"])
    }

    @Test func `passes by what is in flight, and remembers that it did`() throws {
        var counter = try Counter()
        for body in ["1", "2"] { try counter.send(body) }
        counter.receive(1)
        var walk = MoveWalk()

        let released = counter.queue.release(
            candidates(counter, count: 2), along: &walk, limit: 9, now: counter.now)

        #expect(released.map(\.envelope.sequence.rawValue) == [2])
        #expect(walk.hasPassedBy)
    }

    @Test func `passes by the whole group of a letter in flight, even when it shows again on the way`() throws
    {
        var counter = try Counter(.fifo)
        for body in ["1", "2", "3"] { try counter.send(body, group: "g") }
        counter.receive(1, timeout: .seconds(5))
        var walk = MoveWalk()
        let all = candidates(counter, count: 3)
        _ = counter.queue.release(Array(all.prefix(2)), along: &walk, limit: 9, now: counter.now)
        counter.pass(.seconds(6))

        let released = counter.queue.release(all, along: &walk, limit: 9, now: counter.now)

        #expect(released.isEmpty)
        #expect(counter.receive() == ["1", "2", "3"])
    }

    @Test func `takes letters that lie behind the window, whose rows may be read once more`() throws {
        var counter = try Counter(bounds: WindowBounds(capacity: 1, lowWater: 1, page: 9, lookAhead: 0))
        for body in ["1", "2", "3"] { try counter.send(body) }
        let all = candidates(counter, count: 3)
        var walk = MoveWalk()
        _ = counter.queue.release(all, along: &walk, limit: 2, now: counter.now)
        let wanted = counter.queue.wantedPage(now: counter.now)
        let page = all.map(\.envelope).filter { $0.sequence > wanted?.after ?? .beforeAll }

        counter.queue.append(page: page, now: counter.now)

        #expect(counter.counts == QueueCounts(visible: 1))
        #expect(counter.receive() == ["3"])
    }

    @Test func `does not take a letter whose retention has passed`() throws {
        var counter = try Counter(
            .standard, [("MessageRetentionPeriod", "60")],
            bounds: WindowBounds(capacity: 1, lowWater: 0, page: 9, lookAhead: 0))
        for body in ["1", "2"] { try counter.send(body) }
        let all = candidates(counter, count: 2)
        counter.pass(.seconds(60))
        var walk = MoveWalk()

        let released = counter.queue.release(all, along: &walk, limit: 9, now: counter.now)

        #expect(released.isEmpty)
    }

    @Test(arguments: [QueueKind.standard, .fifo])
    mutating func `brings a message as if it were new`(kind: QueueKind) throws {
        var counter = try Counter(kind)
        let letter = MoveCandidate(
            Envelope(
                sequence: SequenceNumber(7), enqueuedAt: .noon, firstReceivedAt: .noon, receiveCount: 9,
                groupID: MessageGroupID("g")), deduplicationID: "d", target: counter.queue.id)
        counter.pass(.seconds(30))

        counter.queue.takeIn(letter, from: QueueID(9), now: counter.now, using: &random)

        let change = try #require(counter.queue.takeChanges().first)
        guard case .takenIn(let envelope, _, let deduplication, QueueID(9), SequenceNumber(7)) = change else {
            Issue.record("\(change)")
            return
        }
        #expect(
            envelope
                == Envelope(
                    sequence: SequenceNumber(1), enqueuedAt: counter.now,
                    groupID: MessageGroupID("g")))
        #expect(deduplication?.id == (kind == .fifo ? "d" : nil))
        #expect(counter.counts == QueueCounts(visible: 1))
    }

    @Test mutating func `is no repetition, and lengthens nobody's memory`() throws {
        var counter = try Counter(.fifo)
        try counter.send("first", group: "g", id: "d")
        _ = counter.queue.takeChanges()
        let letter = MoveCandidate(
            Envelope(sequence: SequenceNumber(7), enqueuedAt: .noon, groupID: MessageGroupID("g")),
            deduplicationID: "d", target: counter.queue.id)

        counter.queue.takeIn(letter, from: QueueID(9), now: counter.now, using: &random)

        #expect(counter.counts.visible == 2)
        guard case .takenIn(_, _, nil, _, _) = counter.queue.takeChanges().first else {
            Issue.record("the memory of the first send has been replaced")
            return
        }
    }
}

@Suite struct `A move task` {
    private func task(_ rate: Int?) -> MoveTask {
        var random = SeededGenerator(seed: 1)
        return MoveTask(
            id: UniqueID(using: &random), destination: nil, mostPerSecond: rate, startedAt: .noon,
            upTo: SequenceNumber(9), toMove: 9)
    }

    @Test(arguments: MoveTask.rates)
    func `keeps to its rate at every rate there is`(rate: Int) {
        let task = task(rate)

        #expect(task.interval * rate >= .seconds(1) * task.batch)
        #expect(task.batch * 10 <= rate + 9)
    }

    @Test(arguments: [(elapsed: Duration.seconds(129_600), isOver: false), (.seconds(129_601), true)])
    func `may run for 36 hours`(elapsed: Duration, isOver: Bool) {
        #expect(task(nil).hasRunTooLong(now: .noon + elapsed) == isOver)
    }

    @Test func `is cancelled once, and only while it runs`() {
        var task = task(nil)

        let outcomes = [task.cancel(), task.cancel()]
        task.stop()

        #expect(outcomes == [true, false])
        let isCancelledAgain = task.cancel()
        #expect(!task.isActive)
        #expect(!isCancelledAgain)
    }
}
