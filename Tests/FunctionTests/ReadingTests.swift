import Clockwork
import Disk
import Orders
import Testing
import Wire

@testable import Function

@Suite struct `A function host` {
    /// Asking when it is told to, and having records pushed.
    private static let wakings: [FunctionSettings.Waking] = [.watch, .push]

    @Test(arguments: wakings)
    func `hands over what is there in order, in batches, and then moves the checkpoint`(
        waking: FunctionSettings.Waking
    ) throws {
        let house = PowerHouse(waking: waking)
        house.settings.batchSize = 10
        for number in 1...25 { house.stream.put("r\(number)") }

        try house.start()
        house.run(until: { house.handler.handled().count == 25 })
        house.wait(.seconds(1))

        #expect(house.handler.calls.map(\.payloads.count) == [10, 10, 5])
        #expect(house.handler.handled() == (1...25).map { "r\($0)" })
        #expect(
            try house.values("SELECT stream, shard_id, sequence_number FROM checkpoints") == [
                "order-events|shardId-0|10024"
            ])
        #expect(
            try house.values("SELECT records, attempt, outcome FROM invocations") == [
                "10|1|handled", "10|1|handled", "5|1|handled",
            ])
    }

    @Test(arguments: wakings)
    func `is told of a record at once`(waking: FunctionSettings.Waking) throws {
        let house = PowerHouse(shards: 4, waking: waking)
        try house.start()
        house.wait(.seconds(100))

        for number in 1...20 {
            house.stream.put("r\(number)", in: number % 4)
            let put = house.world.uptime
            house.run(until: { house.handler.calls.count == number })
            #expect(house.world.uptime - put < .milliseconds(5))
            house.wait(.milliseconds(700))
        }
    }

    @Test func `watches all shards with one call, and asks no more than it must`() throws {
        let house = PowerHouse(shards: 4)
        try house.start()
        house.wait(.seconds(1))
        let before = house.stream.calls.count

        house.wait(.seconds(200))

        #expect((9...12).contains(house.stream.calls.count - before))
        #expect(house.stream.calls[before...].allSatisfy { $0 == "AwaitRecords" })
    }

    @Test(arguments: [(FunctionSettings.Waking.watch, askedInVain: 1), (.poll, askedInVain: 0)])
    func `looks again and again where nobody tells it`(
        waking: FunctionSettings.Waking, askedInVain: Int
    ) throws {
        let house = PowerHouse(shards: 2)
        house.stream.tellsAtOnce = false
        house.settings.waking = waking
        house.settings.pollInterval = .seconds(1)
        try house.start()
        house.wait(.seconds(1))
        let before = house.stream.count(of: "GetRecords")

        house.wait(.seconds(100))
        house.stream.put("r1")
        let put = house.world.uptime
        house.run(until: { house.handler.calls.count == 1 })

        #expect(house.world.uptime - put <= .milliseconds(1_100))
        #expect((190...210).contains(house.stream.count(of: "GetRecords") - before))
        #expect(house.stream.count(of: "AwaitRecords") == askedInVain)
    }

    @Test func `that polls asks a shard at most five times a second, however much waits there`() throws {
        let house = PowerHouse()
        house.settings.waking = .poll
        house.settings.batchSize = 1
        for number in 1...50 { house.stream.put("r\(number)") }

        try house.start()
        house.wait(.seconds(4))

        #expect((18...21).contains(house.stream.count(of: "GetRecords")))
        house.run(until: { house.handler.handled().count == 50 })
    }

    @Test func `reads on at once while there is more, also where nobody tells it`() throws {
        let house = PowerHouse()
        house.stream.tellsAtOnce = false
        house.settings.batchSize = 1
        for number in 1...50 { house.stream.put("r\(number)") }

        try house.start()
        house.run(until: { house.handler.handled().count == 50 })

        #expect(house.world.uptime < .seconds(1))
    }

    @Test func `ends the process when another file lies in its place`() throws {
        let house = PowerHouse()
        try house.start()
        house.wait(.seconds(5))
        #expect(!house.hasFailed)
        try house.swapFile()

        #expect(house.run(until: { house.hasFailed }, atMost: .seconds(2)))
    }

    @Test(arguments: FunctionSettings.Waking.allCases)
    func `stops at once while nothing comes`(waking: FunctionSettings.Waking) throws {
        let house = PowerHouse(shards: 2, waking: waking)
        try house.start()
        house.wait(.seconds(7))

        house.stop()

        #expect(house.run(until: { house.hasEnded }, atMost: .milliseconds(10)))
        #expect(!house.hasFailed)
    }

    @Test(arguments: FunctionSettings.Waking.allCases)
    func `finishes the batch under way when it is stopped`(waking: FunctionSettings.Waking) throws {
        let house = PowerHouse(waking: waking)
        house.handler.takes = .seconds(1)
        house.stream.put("r1")
        try house.start()
        house.run(until: { house.handler.calls.count == 1 })

        house.stop()
        house.stream.put("r2")

        #expect(house.run(until: { house.hasEnded }, atMost: .milliseconds(1_010)))
        #expect(house.handler.handled() == ["r1"])
        #expect(try house.values("SELECT sequence_number FROM checkpoints") == ["10000"])
    }

    @Test(arguments: wakings)
    func `lets a batch that fails hold up its own shard and no other`(waking: FunctionSettings.Waking) throws
    {
        let house = PowerHouse(shards: 2, waking: waking)
        house.handler.fails = { shard, _ in shard == PaperStream.name(0) }
        house.stream.put("bad", in: 0)

        try house.start()
        house.run(until: { house.handler.calls.count == 1 })
        for number in 1...20 {
            house.stream.put("behind\(number)", in: 0)
            house.stream.put("good\(number)", in: 1)
            let put = house.world.uptime
            house.run(until: { house.handler.handled(in: 1).count == number })
            #expect(house.world.uptime - put < .milliseconds(50))
            house.wait(.seconds(2))
        }
        #expect(
            Set(house.handler.calls.filter { $0.shardID == PaperStream.name(0) }.map(\.payloads)) == [["bad"]]
        )
        house.handler.fails = { _, _ in false }
        house.run(until: { house.handler.handled(in: 0).count == 21 })

        #expect(house.handler.handled(in: 0) == ["bad"] + (1...20).map { "behind\($0)" })
    }

    @Test func `rests a tenth of a second after a failure, and twice as long after each further one`() throws
    {
        let house = PowerHouse()
        house.settings.longestBackoff = .seconds(5)
        house.handler.fails = { _, _ in true }
        house.stream.put("bad")

        try house.start()
        house.run(until: { house.handler.calls.count == 10 })

        let moments = house.handler.calls.map(\.at)
        let rests = zip(moments.dropFirst(), moments).map { ($0 - $1 - .milliseconds(1)).fractionalSeconds }
        for (rest, limit) in zip(rests, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5, 5]) {
            #expect((limit * 0.8...limit * 1.2 + 0.001).contains(rest))
        }
        house.wait(.milliseconds(10))
        #expect(
            try house.values("SELECT count(*), max(error) FROM invocations WHERE outcome = 'failed'")
                == ["10|the function failed"])
        #expect(try house.values("SELECT * FROM checkpoints").isEmpty)
    }

    @Test func `measures how old a record is when it is handed over`() throws {
        let house = PowerHouse()
        house.stream.put("r1")
        house.wait(.seconds(30))

        try house.start()
        house.run(until: { house.handler.calls.count == 1 })
        house.wait(.milliseconds(10))

        let age = try #require(Int(house.values("SELECT iterator_age_ms FROM invocations")[0]))
        #expect((30_000...30_010).contains(age))
    }

    @Test func `reads on through an idle night, in which its iterators grow too old`() throws {
        let house = PowerHouse(shards: 2)
        house.stream.put("r1")
        try house.start()

        house.wait(.seconds(8 * 3_600))
        house.stream.put("r2")
        house.stream.put("r3", in: 1)
        house.run(until: { house.handler.calls.count == 3 })

        #expect(house.handler.handled() == ["r1", "r2"] && house.handler.handled(in: 1) == ["r3"])
        #expect(house.stream.count(of: "GetShardIterator") > 100)
    }

    @Test(arguments: wakings)
    func `begins at the oldest record of a stream that was made anew`(waking: FunctionSettings.Waking) throws
    {
        let house = PowerHouse(waking: waking)
        house.stream.put("old")
        try house.start()
        house.run(until: { house.handler.calls.count == 1 })
        house.wait(.milliseconds(10))
        house.kill()

        house.stream.makeAnew()
        house.stream.put("new")
        try house.start()
        house.run(until: { house.handler.calls.count == 2 })

        #expect(house.handler.handled() == ["old", "new"])
    }

    /// A host that has handled `r0` and is dead, while `r1` to `r4` came and the oldest records of all expired.
    private static func houseAfterExpiry(
        of expired: Int, waking: FunctionSettings.Waking
    ) throws -> PowerHouse {
        let house = PowerHouse(waking: waking)
        house.stream.put("r0")
        try house.start()
        house.run(until: { house.handler.calls.count == 1 })
        house.wait(.milliseconds(10))
        house.kill()
        for number in 1...4 { house.stream.put("r\(number)") }
        house.stream.expire(expired)
        return house
    }

    @Test(arguments: [(expired: 1, left: 4), (3, 2), (5, 0)], wakings)
    func `notices once that records may have expired unread, and reads on`(
        loss: (expired: Int, left: Int), waking: FunctionSettings.Waking
    ) throws {
        let left = loss.left
        let house = try Self.houseAfterExpiry(of: loss.expired, waking: waking)
        house.handler.fails = { _, _ in true }
        for _ in 1...2 { try house.restart(); house.wait(.seconds(1)) }
        house.handler.fails = { _, _ in false }
        house.wait(.seconds(10))
        house.stream.put("r5")
        house.wait(.seconds(1))

        #expect(house.handler.handled() == ["r0"] + (5 - left..<5).map { "r\($0)" } + ["r5"])
        #expect(
            try house.values("SELECT after_sequence_number, before_sequence_number FROM stream_gaps")
                == ["10000|\(left == 0 ? "-" : "1000\(5 - left)")"])
    }

    @Test(arguments: [false, true], wakings)
    func `tells the order system of a gap until the queue has it, whoever dies meanwhile`(
        losesReply: Bool, waking: FunctionSettings.Waking
    ) throws {
        let house = try Self.houseAfterExpiry(of: 3, waking: waking)
        if losesReply { house.queue.losesReplies = true } else { house.queue.isAway = true }

        try house.restart()
        house.run(until: { house.handler.handled().contains("r4") })
        house.wait(.milliseconds(100))
        let whileAway = house.queue.messages.count
        (house.queue.losesReplies, house.queue.isAway) = (false, false)
        try house.restart()
        house.wait(.seconds(10))
        let afterwards = house.queue.messages.count
        try house.restart()
        house.wait(.seconds(60))

        let gap = StreamGap(stream: "order-events", shardID: "shardId-0", after: "10000", before: "10003")
        #expect(Set(house.queue.messages) == ["order-events-gaps \(gap.text)"])
        #expect(afterwards == whileAway + 1 && house.queue.messages.count == afterwards)
        #expect(try house.values("SELECT count(*) FROM stream_gaps WHERE told_at IS NOT NULL") == ["1"])
    }

    @Test(arguments: wakings)
    func `notices no gap where there is none`(waking: FunctionSettings.Waking) throws {
        let house = PowerHouse(waking: waking)
        house.settings.batchSize = 1
        for number in 0...3 { house.stream.put("r\(number)") }
        try house.start()
        house.handler.fails = { _, payloads in payloads == ["r2"] }
        house.wait(.seconds(1))
        house.kill()
        house.stream.expire(1)
        house.handler.fails = { _, _ in false }

        try house.start()
        house.run(until: { house.handler.handled().contains("r3") })
        house.wait(.milliseconds(10))

        #expect(house.handler.firstHandled() == ["r0", "r1", "r2", "r3"])
        #expect(try house.values("SELECT * FROM gaps").isEmpty)
    }

    @Test func `rests where every iterator has expired before it can be used`() throws {
        let house = PowerHouse()
        house.stream.fault = { $0 == "GetRecords" ? .refused("ExpiredIteratorException") : .none }
        house.stream.put("r1")
        try house.start()

        house.wait(.seconds(60))
        #expect((5...100).contains(house.stream.count(of: "GetRecords")))
        house.stream.fault = { _ in .none }

        #expect(house.run(until: { house.handler.calls.count == 1 }, atMost: .seconds(21)))
    }

    @Test(arguments: wakings)
    func `waits for a stream that is not there yet`(waking: FunctionSettings.Waking) throws {
        let house = PowerHouse(waking: waking)
        house.stream.put("r1")
        var isThere = false
        house.stream.fault = { _ in isThere ? .none : .refused("ResourceNotFoundException") }
        try house.start()
        house.wait(.seconds(60))

        isThere = true

        #expect(house.run(until: { house.handler.calls.count == 1 }, atMost: .seconds(21)))
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>, wakings)
    func `reads a parent to its end before its children`(seed: UInt64, waking: FunctionSettings.Waking) throws
    {
        let house = PowerHouse(seed: seed, waking: waking)
        let chance = Chance.seeded(seed)
        house.settings.batchSize = 3
        house.handler.fails = { _, _ in chance.unit() < 0.3 }
        for number in 1...10 { house.stream.put("parent\(number)") }
        house.stream.split(0, into: 2)
        for number in 1...10 { house.stream.put("child\(number)", in: 1 + number % 2) }

        try house.start()
        for _ in 1...3 {
            house.wait(.milliseconds(chance.draw { Int64.random(in: 1...500, using: &$0) }))
            try house.restart()
        }
        #expect(
            house.run(until: {
                house.handler.firstHandled(in: 1).count + house.handler.firstHandled(in: 2).count == 10
            }))

        let lastOfParent = house.handler.calls.firstIndex {
            $0.isHandled && $0.payloads.contains("parent10")
        }!
        let firstOfChildren = house.handler.calls.firstIndex { $0.payloads[0].hasPrefix("child") }!
        #expect(lastOfParent < firstOfChildren)
        #expect(house.handler.firstHandled() == (1...10).map { "parent\($0)" })
        house.wait(.seconds(1))
        #expect(try house.values("SELECT shard_id FROM finished_shards") == ["shardId-0"])
    }

    @Test(arguments: wakings)
    func `reads on in shards that are split and merged while it reads`(waking: FunctionSettings.Waking) throws
    {
        let house = PowerHouse(shards: 2, waking: waking)
        try house.start()
        house.stream.put("a1", in: 0)
        house.stream.put("b1", in: 1)
        house.wait(.seconds(1))

        house.stream.merge(0, 1)
        house.stream.put("ab2", in: 2)
        house.wait(.seconds(1))
        house.stream.split(2, into: 2)
        house.stream.put("a3", in: 3)
        house.stream.put("b3", in: 4)
        house.wait(.seconds(1))

        #expect((0..<5).map { house.handler.handled(in: $0) } == [["a1"], ["b1"], ["ab2"], ["a3"], ["b3"]])
        #expect(
            try house.values("SELECT shard_id FROM finished_shards ORDER BY 1")
                == ["shardId-0", "shardId-1", "shardId-2"])
    }

    @Test(arguments: wakings)
    func `waits with a merged shard until both parents are read`(waking: FunctionSettings.Waking) throws {
        let house = PowerHouse(shards: 2, waking: waking)
        house.handler.fails = { shard, _ in shard == PaperStream.name(1) }
        house.stream.put("a1", in: 0)
        house.stream.put("b1", in: 1)
        house.stream.merge(0, 1)
        house.stream.put("ab2", in: 2)

        try house.start()
        house.wait(.seconds(10))
        #expect(house.handler.handled(in: 2).isEmpty && house.handler.handled(in: 0) == ["a1"])
        house.handler.fails = { _, _ in false }

        #expect(house.run(until: { house.handler.handled(in: 2) == ["ab2"] }, atMost: .seconds(60)))
    }

    @Test(arguments: [false, true], wakings)
    func `tells of a closed shard that expired before it was read, and reads its children`(
        hadBegun: Bool, waking: FunctionSettings.Waking
    ) throws {
        let house = PowerHouse(waking: waking)
        if hadBegun {
            house.stream.put("r0")
            try house.start()
            house.run(until: { house.handler.calls.count == 1 })
            house.wait(.milliseconds(10))
        } else {
            house.handler.fails = { _, _ in true }
            house.stream.put("r0")
            try house.start()
            house.wait(.milliseconds(100))
        }
        house.kill()
        house.handler.fails = { _, _ in false }
        house.stream.put("r1")
        house.stream.split(0, into: 2)
        house.stream.put("r2", in: 1)
        house.stream.forget(0)

        try house.start()
        house.wait(.seconds(1))

        #expect(house.handler.handled(in: 1) == ["r2"])
        #expect(
            try house.values(
                "SELECT shard_id, after_sequence_number, before_sequence_number FROM stream_gaps")
                == ["shardId-0|\(hadBegun ? "10000" : "0")|-"])
        #expect(house.queue.messages.count == 1)
        #expect(try house.values("SELECT shard_id FROM finished_shards") == ["shardId-0"])
    }

    @Test(arguments: wakings)
    func `reads no child while a batch of its forgotten parent is in hand`(waking: FunctionSettings.Waking)
        throws
    {
        let house = PowerHouse(waking: waking)
        house.handler.fails = { shard, _ in shard == PaperStream.name(0) }
        house.stream.put("r0")
        try house.start()
        house.wait(.seconds(1))
        house.stream.split(0, into: 2)
        house.stream.put("r1", in: 1)
        house.stream.forget(0)

        house.wait(.seconds(600))
        #expect(house.handler.handled(in: 1).isEmpty)
        house.handler.fails = { _, _ in false }
        house.run(until: { house.handler.handled(in: 1) == ["r1"] })

        #expect(house.handler.handled() == ["r0"])
    }

    @Test func `keeps on record what it left out`() throws {
        let house = PowerHouse()
        for payload in ["r1", "skip", "r2"] { house.stream.put(payload) }

        try house.start()
        house.run(until: { house.handler.calls.count == 1 })
        house.wait(.milliseconds(10))

        #expect(
            try house.values("SELECT sequence_number, reason FROM skipped_records") == ["10001|asked for"])
        #expect(try house.values("SELECT sequence_number FROM checkpoints") == ["10002"])
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>, wakings)
    func `handles every record in order, whatever is lost and however often it dies`(
        seed: UInt64, waking: FunctionSettings.Waking
    ) throws {
        let house = PowerHouse(seed: seed, shards: 3, waking: waking)
        let chance = Chance.seeded(seed)
        house.settings.batchSize = 4
        house.stream.fault = { _ in
            switch chance.unit() {
            case ..<0.1: .lost
            case ..<0.15: .refused("ProvisionedThroughputExceededException")
            default: .none
            }
        }
        house.handler.fails = { _, _ in chance.unit() < 0.2 }
        try house.start()

        for number in 1...60 {
            house.stream.put("r\(number)", in: number % 3)
            house.wait(.milliseconds(chance.draw { Int64.random(in: 0...200, using: &$0) }))
            if chance.unit() < 0.2 { try house.restart() }
            if chance.unit() < 0.1 { house.stream.cutPushes() }
        }
        let isDone = house.run(until: {
            (0..<3).allSatisfy { house.handler.firstHandled(in: $0).count == 20 }
        })

        #expect(isDone)
        for shard in 0..<3 {
            #expect(
                house.handler.firstHandled(in: shard) == (1...60).filter { $0 % 3 == shard }.map { "r\($0)" })
        }
    }

    @Test(arguments: [CommitPoint.Side.before, .after], wakings)
    func `may die at any commit`(side: CommitPoint.Side, waking: FunctionSettings.Waking) throws {
        let whole = try day(dyingAt: nil, waking: waking)

        for number in 1...whole.commits {
            let day = try day(dyingAt: (number, side), waking: waking)
            #expect(day.handled == whole.handled, "commit \(number)")
            #expect(day.checkpoints == whole.checkpoints, "commit \(number)")
        }
    }

    private func day(
        dyingAt point: (number: Int, side: CommitPoint.Side)?, waking: FunctionSettings.Waking
    ) throws -> (commits: Int, handled: [String], checkpoints: [String]) {
        let house = PowerHouse(shards: 2, waking: waking)
        house.settings.batchSize = 2
        for number in 1...8 { house.stream.put("r\(number)", in: number % 2) }
        try house.start()
        let before = house.commits
        if let point { house.killAtCommit(point.number, point.side) }

        let isDone = { (0..<2).allSatisfy { house.handler.firstHandled(in: $0).count == 4 } }
        while !house.run(until: isDone) { try house.start() }
        house.wait(.milliseconds(100))
        if !house.isAlive {
            try house.start()
            house.wait(.seconds(7))  // a shard that was pushed to the dead is free after five
        }
        return (
            house.commits - before, house.handler.firstHandled(in: 0) + house.handler.firstHandled(in: 1),
            try house.values("SELECT shard_id, sequence_number FROM checkpoints ORDER BY 1")
        )
    }

    @Test func `would lose what it checkpointed before it was handled`() throws {
        let house = PowerHouse()
        house.planted = .checkpointedBeforeHandled
        house.handler.takes = .seconds(1)
        house.stream.put("r1")
        house.handler.fails = { _, _ in true }

        try house.start()
        house.run(until: { house.handler.calls.count == 1 })
        house.handler.fails = { _, _ in false }
        try house.restart()
        house.wait(.seconds(60))

        #expect(house.handler.handled().isEmpty)
    }
}

@Suite struct `A lease` {
    private let batch = RecordBatch(
        stream: "order-events", shardID: "shardId-0",
        records: [
            StreamRecord(
                sequenceNumber: "1", approximateArrivalTimestamp: .noon, data: Blob([]), partitionKey: "k")
        ])
    private let invocation = Invocation(attempt: 1, startedAt: .noon, duration: .zero, iteratorAge: .zero)

    @Test func `moves no checkpoint once somebody else has taken the shard`() throws {
        let house = PowerHouse()
        let ledger = try house.ledger(holder: "a")
        let (old, _) = try ledger.take("shardId-0")
        let (new, _) = try ledger.take("shardId-0")

        #expect(throws: LeaseLost.self) {
            try ledger.complete(batch, under: old, skipped: [], invocation: invocation)
        }
        #expect(throws: LeaseLost.self) { try ledger.finish(under: old) }
        #expect(
            try house.values("SELECT * FROM checkpoints UNION ALL SELECT *, 1 FROM finished_shards").isEmpty)
        #expect(try house.values("SELECT * FROM invocations").isEmpty)

        try ledger.complete(batch, under: new, skipped: [], invocation: invocation)
        #expect(try ledger.take("shardId-0").checkpoint == "1")
        ledger.close()
    }
}

@Suite struct `A function's settings` {
    @Test(arguments: [0, 10_001])
    func `need a batch size that is possible`(size: Int) {
        let house = PowerHouse()
        house.settings.batchSize = size

        #expect(throws: FunctionSettingsError.self) { try house.start() }
    }

    @Test(arguments: [Duration.milliseconds(99), .seconds(301)])
    func `need a rest that is possible`(rest: Duration) {
        let house = PowerHouse()
        house.settings.longestBackoff = rest

        #expect(throws: FunctionSettingsError.self) { try house.start() }
    }

    @Test func `need a stream`() {
        let house = PowerHouse()
        house.settings.streamName = ""

        #expect(throws: FunctionSettingsError.self) { try house.start() }
    }
}
