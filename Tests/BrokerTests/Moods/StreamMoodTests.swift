import Clockwork
import Testing
import Wire

/// Streams on the broker's bad days.
@Suite struct `A stream of a moody broker` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse.moody()
    }

    @Test func `throttles as Amazon does, and nothing of a refused request happens`() throws {
        try house.play { [control = house.control(), kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let iterator = try await kinesis.start(of: "s")
            try await control.set(.init(kind: "throttle", operation: "kinesis", probability: 1))

            let calls: [(String, () async throws -> Any)] = [
                ("ProvisionedThroughputExceededException", { try await kinesis.put(["a"], on: "s") }),
                ("ProvisionedThroughputExceededException", { try await kinesis.start(of: "s") }),
                ("ProvisionedThroughputExceededException", { try await kinesis.read(iterator) }),
                ("LimitExceededException", { try await kinesis(ListShards(streamName: "s")) }),
                ("LimitExceededException", { try await kinesis(DeleteStream(streamName: "s")) }),
            ]
            for (type, call) in calls {
                let error = await refusal { try await call() }
                #expect(error?.type == type && error?.status == 400)
            }

            _ = try await control(ClearMoods())
            #expect(try await kinesis.read(iterator).isEmpty)
        }
    }

    @Test func `keeps of a batch what did not fail, in its order, and nothing else`() throws {
        try house.play { [control = house.control(), kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let payloads = (10..<50).map { "r\($0)" }
            try await control.set(.init(kind: "partial_batch", probability: 0.3), for: .seconds(5))

            let answer = try await kinesis.put(payloads, on: "s")

            let failed = answer.records.filter { $0.errorCode != nil }
            #expect(answer.failedRecordCount == failed.count && (4...24).contains(failed.count))
            #expect(failed.allSatisfy { $0.errorCode == "ProvisionedThroughputExceededException" })
            #expect(
                failed.allSatisfy {
                    $0.errorMessage
                        == "Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."
                })
            let kept = zip(payloads, answer.records).filter { $0.1.errorCode == nil }
            let read = try await kinesis.records(kinesis.start(of: "s"))
            #expect(read.map(\.payload) == kept.map(\.0))
            #expect(read.map(\.sequenceNumber) == kept.map(\.1.sequenceNumber))

            try await caller.sleep(.seconds(5))
            #expect(try await kinesis.put(payloads, on: "s").failedRecordCount == 0)
        }
    }

    @Test func `lets iterators grow old early, and only while the mood lasts`() throws {
        try house.play { [control = house.control(), kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            try await kinesis.put(["a"], on: "s")
            try await control.set(.init(kind: "expire_iterators", ageMilliseconds: 1_000), for: .seconds(10))
            let iterator = try await kinesis.start(of: "s")

            try await caller.sleep(.milliseconds(900))
            #expect(try await kinesis.read(iterator) == ["a"])
            try await caller.sleep(.milliseconds(200))
            for call in [
                { try await kinesis.read(iterator) as Any },
                {
                    try await kinesis(
                        AwaitRecords(streamName: "s", shardIterators: [iterator], waitTimeSeconds: 1))
                },
            ] as [() async throws -> Any] {
                let error = await refusal { try await call() }
                #expect(error?.type == "ExpiredIteratorException")
                #expect(error?.message?.hasSuffix("the tolerated delay of 1000 milliseconds.") == true)
            }

            try await caller.sleep(.seconds(10))
            #expect(try await kinesis.read(iterator) == ["a"])
        }
    }

    @Test func `lets old records go for good, and readers go on at the oldest that is left`() throws {
        let lost = try house.play { [control = house.control(), kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let old = try await kinesis.put(["old 1", "old 2", "old 3"], on: "s")
            let iterator = try await kinesis.start(of: "s")
            try await caller.sleep(.seconds(10))
            try await kinesis.put(["new"], on: "s")
            try await control.set(.init(kind: "trim", ageMilliseconds: 5_000), for: .seconds(4))

            let first = try #require(old.records[0].sequenceNumber)
            for type in ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"] {
                #expect(try await kinesis.read(kinesis.start(of: "s", type, first)) == ["new"])
            }
            #expect(try await kinesis.read(iterator) == ["new"])
            #expect(try await kinesis.read(kinesis.start(of: "s")) == ["new"])
            try await caller.sleep(.seconds(2))
            #expect(try await control.reports().first?.strikes == 3)

            try await caller.sleep(.seconds(3))
            #expect(try await control.reports().isEmpty)
            #expect(try await kinesis.read(iterator) == ["new"])
            return first
        }

        try house.restart()

        let left = try house.play { [kinesis = house.streams()] _ in
            try await kinesis.read(kinesis.start(of: "s", "AFTER_SEQUENCE_NUMBER", lost))
        }
        #expect(left == ["new"])
    }

    @Test func `moves a reader past what has expired, though nothing is left`() throws {
        try house.play { [control = house.control(), kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            try await kinesis.put(["old"], on: "s")
            try await caller.sleep(.seconds(1))
            try await control.set(.init(kind: "trim", ageMilliseconds: 500))

            let answer = try await kinesis(GetRecords(shardIterator: kinesis.start(of: "s")))
            let next = try #require(answer.nextShardIterator)
            #expect(answer.records.isEmpty && answer.millisBehindLatest == 0)
            let watch = AwaitRecords(streamName: "s", shardIterators: [next], waitTimeSeconds: 3)
            let (told, took) = try await caller.timing { try await kinesis(watch) }
            #expect(told.ready.isEmpty && took >= .seconds(3))

            try await kinesis.put(["new"], on: "s")
            #expect(try await kinesis.read(next) == ["new"])
        }
    }
}

extension Client<Kinesis> {
    /// Puts records under one key.
    @discardableResult
    fileprivate func put(_ payloads: [String], on stream: String) async throws -> PutRecords.Output {
        let entries = payloads.map { PutRecords.Entry(data: Blob(Array($0.utf8)), partitionKey: "k") }
        return try await self(PutRecords(streamName: stream, records: entries))
    }

    /// An iterator of the stream's only shard.
    fileprivate func start(of stream: String, _ type: String = "TRIM_HORIZON", _ number: String? = nil)
        async throws -> String
    {
        try await self(
            GetShardIterator(
                streamName: stream, shardId: "0", shardIteratorType: type, startingSequenceNumber: number)
        ).shardIterator
    }

    fileprivate func records(_ iterator: String) async throws -> [StreamRecord] {
        try await self(GetRecords(shardIterator: iterator)).records
    }

    fileprivate func read(_ iterator: String) async throws -> [String] {
        try await records(iterator).map(\.payload)
    }
}

extension StreamRecord {
    fileprivate var payload: String { String(decoding: data.bytes, as: UTF8.self) }
}
