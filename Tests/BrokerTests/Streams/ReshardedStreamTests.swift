import Clockwork
import Disk
import Testing
import Wire

/// Streams of a broker that takes its time over control operations, as Amazon does.
@Suite struct `A stream on its way to the next state` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
        house.controlDelay = .seconds(10)
        try house.restart()
    }

    @Test func `is CREATING, takes no records and has no shards, and then is ACTIVE`() throws {
        try house.play { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 2))

            let young = try await kinesis(DescribeStream(streamName: "s")).streamDescription
            #expect(young.streamStatus == "CREATING" && young.shards.isEmpty)
            let summary = try await kinesis(DescribeStreamSummary(streamName: "s"))
            #expect(summary.streamDescriptionSummary.openShardCount == 0)
            #expect(try await kinesis(ListStreams()).streamSummaries?.map(\.streamStatus) == ["CREATING"])
            #expect(await refusal { try await kinesis.put("a") }?.type == "ResourceNotFoundException")
            let split = await refusal { try await kinesis.split(0) }
            #expect(split?.type == "ResourceInUseException")
            #expect(
                split?.message == "Stream s under account 000000000000 not ACTIVE, instead in state CREATING")

            try await caller.sleep(.seconds(11))
            let grown = try await kinesis(DescribeStream(streamName: "s")).streamDescription
            #expect(grown.streamStatus == "ACTIVE" && grown.shards.count == 2)
            _ = try await kinesis.put("a")
        }
    }

    @Test(arguments: [false, true])
    func `is UPDATING and takes records as before, until its shards have ended`(diesInBetween: Bool) throws {
        try house.play { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            try await caller.sleep(.seconds(11))
            try await kinesis.split(0)

            #expect(try await kinesis.status() == "UPDATING")
            #expect(try await kinesis.put("a").shardId.hasSuffix("0"))
            #expect(await refusal { try await kinesis.split(0) }?.type == "ResourceInUseException")
            #expect(try await kinesis(ListShards(streamName: "s")).shards.count == 1)
        }

        if diesInBetween { try house.restart() }

        try house.play { [kinesis = house.streams()] caller in
            #expect(try await kinesis.status() == "UPDATING")
            try await caller.sleep(.seconds(11))
            #expect(try await kinesis.status() == "ACTIVE")
            #expect(try await kinesis(ListShards(streamName: "s")).shards.count == 3)
            #expect(try await kinesis.put("b").shardId.hasSuffix("0") == false)
        }
    }

    @Test(arguments: [false, true])
    func `is DELETING, takes no records and keeps its name taken, and then is gone`(diesInBetween: Bool)
        throws
    {
        try house.play { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            try await caller.sleep(.seconds(11))
            _ = try await kinesis(DeleteStream(streamName: "s"))

            #expect(try await kinesis.status() == "DELETING")
            #expect(await refusal { try await kinesis.put("a") }?.type == "ResourceNotFoundException")
            let again = await refusal { try await kinesis(CreateStream(streamName: "s", shardCount: 1)) }
            #expect(again?.type == "ResourceInUseException")
        }

        if diesInBetween { try house.restart() }

        try house.play { [kinesis = house.streams()] caller in
            try await caller.sleep(.seconds(11))
            #expect(await refusal { try await kinesis.status() }?.type == "ResourceNotFoundException")
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
        }
    }

    @Test func `is deleted while it is UPDATING, too`() throws {
        try house.play { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            try await caller.sleep(.seconds(11))
            try await kinesis.split(0)
            _ = try await kinesis(DeleteStream(streamName: "s"))

            #expect(try await kinesis.status() == "DELETING")
            try await caller.sleep(.seconds(11))
            #expect(await refusal { try await kinesis.status() }?.type == "ResourceNotFoundException")
        }
    }

    @Test func `is one of five at most that are being created`() throws {
        try house.play { [kinesis = house.streams()] caller in
            for number in 1...5 {
                _ = try await kinesis(CreateStream(streamName: "s\(number)", shardCount: 1))
            }

            let sixth = await refusal { try await kinesis(CreateStream(streamName: "s6", shardCount: 1)) }

            #expect(sixth?.type == "LimitExceededException")
            try await caller.sleep(.seconds(11))
            _ = try await kinesis(CreateStream(streamName: "s6", shardCount: 1))
        }
    }
}

@Suite struct `A stream whose shards are split` {
    /// The broker dies before or after the commit in which a shard ends and its children begin.
    @Test(arguments: [(1, false), (2, true)] as [(Int, Bool)], [1, 2, 3])
    func `has ended its shard and begun the next, or neither`(side: (Int, Bool), dyingAt commit: Int) throws {
        let house = try QueueHouse(seed: UInt64(commit))
        let put = try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            return try await kinesis.put("before").sequenceNumber
        }
        house.witness.killAt(commit, side.1 ? .after : .before)

        _ = try? house.play { [kinesis = house.streams()] _ in
            for payload in ["1", "2"] {
                _ = try? await kinesis.put(payload)
                _ = try? await kinesis.split(0)
            }
        }
        try house.restart()

        try house.play { [kinesis = house.streams()] _ in
            let shards = try await kinesis(ListShards(streamName: "s")).shards
            let isEnded = shards[0].sequenceNumberRange.endingSequenceNumber != nil
            #expect(shards.count == (isEnded ? 3 : 1))
            let next = try await kinesis.put("next")
            #expect(next.shardId.hasSuffix("0") == !isEnded)
            #expect(next.sequenceNumber > put)
            let read = try await kinesis.read(shard: 0)
            #expect(read.records.first == "before")
            #expect(read.hasEnded == isEnded)
        }
    }

    @Test func `wakes who waits at its end`() throws {
        let house = try QueueHouse()
        try house.play { [kinesis = house.streams(), other = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let iterator = try await kinesis.latest(shard: 0)

            async let told = other(
                AwaitRecords(streamName: "s", shardIterators: [iterator], waitTimeSeconds: 20))
            try await caller.sleep(.seconds(1))
            try await kinesis.split(0)

            #expect(try await told.ready == [0])
            let answer = try await kinesis(GetRecords(shardIterator: iterator))
            #expect(answer.nextShardIterator == nil && answer.childShards?.count == 2)
        }
    }

    /// Many put at the same time; some before the shard ends and some behind it.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `lets nobody see its end before its last record`(seed: UInt64) throws {
        let house = try QueueHouse(seed: seed)
        try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let placed = try await withThrowingTaskGroup(of: (String, String)?.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        if number == 20 {
                            try await kinesis.split(0)
                            return nil
                        }
                        let output = try await kinesis.put("r\(number)")
                        return (output.shardId, "r\(number)")
                    }
                    group.addTask {
                        let read = try await kinesis.read(shard: 0)
                        return read.hasEnded ? ("end", "\(read.records.count)") : nil
                    }
                }
                var placed: [(String, String)] = []
                for try await place in group { if let place { placed.append(place) } }
                return placed
            }

            let parent = try await kinesis.read(shard: 0)
            #expect(parent.hasEnded)
            let ofParent = placed.filter { $0.0.hasSuffix("0") }.map(\.1)
            #expect(Set(parent.records) == Set(ofParent) && parent.records.count == ofParent.count)
            #expect(placed.filter { $0.0 == "end" }.allSatisfy { $0.1 == "\(ofParent.count)" })
            var ofChildren: [String] = []
            for shard in 1...2 { ofChildren += try await kinesis.read(shard: shard).records }
            #expect(ofChildren.count + ofParent.count == 39)
        }
    }

    @Test func `is listed until its last record has expired, and its children then stand alone`() throws {
        let house = try QueueHouse()
        try house.play(within: .seconds(100_000)) { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            _ = try await kinesis.put("old")
            let iterator = try await kinesis.latest(shard: 0)
            try await kinesis.split(0)

            try await caller.sleep(.seconds(86_400 - 60))
            #expect(try await kinesis(ListShards(streamName: "s")).shards.count == 3)
            try await caller.sleep(.seconds(120))

            let left = try await kinesis(ListShards(streamName: "s")).shards
            #expect(left.map(\.parentShardId) == ["shardId-000000000000", "shardId-000000000000"])
            let described = try await kinesis(DescribeStream(streamName: "s")).streamDescription
            #expect(described.shards == left)
            let roots = try await kinesis(
                ListShards(streamName: "s", shardFilter: ShardFilter(type: "AT_TRIM_HORIZON")))
            #expect(roots.shards == left)
            #expect(
                await refusal { try await kinesis.read(shard: 0) }?.type == "ResourceNotFoundException")
            #expect(
                await refusal { try await kinesis(GetRecords(shardIterator: iterator)) }?.type
                    == "ExpiredIteratorException")
        }
    }
}

extension Client<Kinesis> {
    @discardableResult
    fileprivate func put(_ payload: String) async throws -> PutRecord.Output {
        try await self(
            PutRecord(streamName: "s", data: Blob(Array(payload.utf8)), partitionKey: payload))
    }

    fileprivate func split(_ shard: Int) async throws {
        _ = try await self(
            SplitShard(
                streamName: "s", shardToSplit: "\(shard)",
                newStartingHashKey: "170141183460469231731687303715884105728"))
    }

    fileprivate func status() async throws -> String {
        try await self(DescribeStreamSummary(streamName: "s")).streamDescriptionSummary.streamStatus
    }

    fileprivate func latest(shard: Int) async throws -> String {
        try await self(
            GetShardIterator(streamName: "s", shardId: "\(shard)", shardIteratorType: "LATEST")
        ).shardIterator
    }

    fileprivate func read(shard: Int) async throws -> (records: [String], hasEnded: Bool) {
        let iterator = try await self(
            GetShardIterator(streamName: "s", shardId: "\(shard)", shardIteratorType: "TRIM_HORIZON")
        ).shardIterator
        let answer = try await self(GetRecords(shardIterator: iterator))
        return (
            answer.records.map { String(decoding: $0.data.bytes, as: UTF8.self) },
            answer.nextShardIterator == nil
        )
    }
}
