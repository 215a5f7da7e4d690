import Clockwork
import Testing
import Wire

@Suite struct `A subscription of the broker` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test func `hears of records at the moment in which they are durable`() throws {
        try house.play { [kinesis = house.pushes()] caller in
            let consumer = try await Self.consumer(by: kinesis)
            let events = try await kinesis.subscribe(Self.latest(consumer))

            for number: UInt8 in 1...3 {
                try await caller.sleep(.milliseconds(700))
                let put = try await kinesis(Self.record(number))
                let (event, took) = try await caller.timing { try await events() }
                #expect(event?.records.map(\.sequenceNumber) == [put.sequenceNumber])
                #expect(took == .zero)
            }
        }
    }

    @Test func `lives for five minutes, with a sign of life every five seconds`() throws {
        try house.play { [kinesis = house.pushes()] caller in
            let consumer = try await Self.consumer(by: kinesis)
            let events = try await kinesis.subscribe(Self.latest(consumer))

            let (numbers, took) = try await caller.timing {
                var numbers: [String] = []
                while let event = try await events() {
                    #expect(event.records.isEmpty && event.millisBehindLatest == 0)
                    numbers.append(event.continuationSequenceNumber)
                }
                return numbers
            }

            #expect(took == .seconds(300))
            #expect(numbers.count == 60)
            #expect(numbers == numbers.sorted() && Set(numbers).count == 60)
        }
    }

    @Test func `goes on behind a restart without a gap and without a repeat`() throws {
        let (consumer, continuation) = try house.play { [kinesis = house.pushes()] _ in
            let consumer = try await Self.consumer(by: kinesis)
            _ = try await kinesis(Self.record(1))
            let events = try await kinesis.subscribe(Self.horizon(consumer))
            let event = try #require(try await events())
            _ = try await kinesis(Self.record(2))
            return (consumer, event.continuationSequenceNumber)
        }

        try house.restart()

        try house.play { [kinesis = house.pushes()] _ in
            let events = try await kinesis.subscribe(
                SubscribeToShard(
                    consumerARN: consumer, shardId: "0",
                    startingPosition: .init(type: "AT_SEQUENCE_NUMBER", sequenceNumber: continuation)))

            #expect(try await events()?.records.map(\.data.bytes) == [[2]])
        }
    }

    @Test func `is spared what has expired`() throws {
        let house = try QueueHouse.moody()
        try house.play { [control = house.control(), kinesis = house.pushes()] caller in
            let consumer = try await Self.consumer(by: kinesis)
            _ = try await kinesis(Self.record(1))
            try await caller.sleep(.seconds(1))
            try await control.set(.init(kind: "trim", ageMilliseconds: 500))
            let events = try await kinesis.subscribe(Self.horizon(consumer))

            _ = try await kinesis(Self.record(2))

            #expect(try await events()?.records.map(\.data.bytes) == [[2]])
        }
    }

    @Test func `is told the children of a shard that is split, behind its last record, and ends`() throws {
        try house.play { [kinesis = house.pushes()] caller in
            let consumer = try await Self.consumer(by: kinesis)
            _ = try await kinesis(Self.record(1))
            let events = try await kinesis.subscribe(Self.horizon(consumer))
            let first = try #require(try await events())
            let split = SplitShard(
                streamName: "s", shardToSplit: "0",
                newStartingHashKey: "170141183460469231731687303715884105728")

            async let waited = caller.timing { try await events() }
            try await caller.sleep(.seconds(1))
            _ = try await kinesis(split)
            let (last, took) = try await waited

            #expect(first.records.map(\.data.bytes) == [[1]] && first.childShards == nil)
            #expect(last?.records.isEmpty == true && last?.millisBehindLatest == 0)
            #expect(
                last?.childShards?.map(\.shardId) == ["shardId-000000000001", "shardId-000000000002"])
            #expect(
                last?.childShards?.map(\.parentShards) == [
                    ["shardId-000000000000"], ["shardId-000000000000"],
                ])
            #expect(took == .seconds(1))
            #expect(try await events() == nil)
        }
    }

    @Test func `that comes late is told all records of a split shard, and then its children`() throws {
        try house.play { [kinesis = house.pushes()] _ in
            let consumer = try await Self.consumer(by: kinesis)
            for number: UInt8 in 1...3 { _ = try await kinesis(Self.record(number)) }
            _ = try await kinesis(
                SplitShard(
                    streamName: "s", shardToSplit: "0",
                    newStartingHashKey: "170141183460469231731687303715884105728"))

            let events = try await kinesis.subscribe(Self.horizon(consumer))
            let told = try #require(try await events())

            #expect(told.records.map(\.data.bytes) == [[1], [2], [3]] && told.childShards?.count == 2)
            #expect(try await events() == nil)
        }
    }

    @Test func `hears nothing of a record whose commit failed`() throws {
        try house.play { [kinesis = house.pushes(), witness = house.witness] _ in
            let consumer = try await Self.consumer(by: kinesis)
            let events = try await kinesis.subscribe(Self.latest(consumer))
            witness.failCommits(1)
            await #expect(throws: ClientError.self) { try await kinesis(Self.record(1)) }

            _ = try await kinesis(Self.record(2))

            #expect(try await events()?.records.map(\.data.bytes) == [[2]])
        }
    }

    @Test func `is told that its consumer has gone, and ends`() throws {
        try house.play { [kinesis = house.pushes()] _ in
            let consumer = try await Self.consumer(by: kinesis)
            let events = try await kinesis.subscribe(Self.latest(consumer))
            _ = try await kinesis(DeregisterStreamConsumer(consumerARN: consumer))

            let error = await #expect(throws: ClientError.self) { try await events() }

            #expect(error?.type == "ResourceNotFoundException")
            #expect(try await events() == nil)
        }
    }

    @Test(arguments: [
        (true, Duration.milliseconds(900)...Duration.milliseconds(1_100)), (false, .zero ... .zero),
    ])
    func `is told two MiB a second where the broker is as slow as Amazon`(
        throttled: Bool, expected: ClosedRange<Duration>
    ) throws {
        house.throttlesStreams = throttled
        try house.restart()
        try house.play { [kinesis = house.pushes()] caller in
            let consumer = try await Self.consumer(by: kinesis)
            let mib = Blob(Array(repeating: 7, count: (1 << 20) - 1))
            for _ in 0..<5 {
                _ = try await kinesis(PutRecord(streamName: "s", data: mib, partitionKey: "k"))
                try await caller.sleep(.seconds(1))
            }
            let events = try await kinesis.subscribe(Self.horizon(consumer))

            let (heard, took) = try await caller.timing {
                var heard = 0
                while heard < 5, let event = try await events() { heard += event.records.count }
                return heard
            }

            #expect(heard == 5)
            #expect(expected.contains(took))
        }
    }

    @Test func `needs leave for its very consumer`() throws {
        let guest = Credentials(accessKeyID: "guest", secretAccessKey: "guest's secret")
        let policy = AccessPolicy([
            .init(actions: ["kinesis:SubscribeToShard"], resources: ["stream/s/consumer/reader:*"])
        ])
        house.keys = [AccessKey(QueueHouse.owner, policy: .everything), AccessKey(guest, policy: policy)]
        try house.restart()

        try house.play { [owner = house.pushes(), guest = house.pushes(as: guest)] _ in
            let reader = try await Self.consumer(by: owner)
            let other = try await owner(
                RegisterStreamConsumer(streamARN: Self.stream, consumerName: "other")
            ).consumer.consumerARN

            _ = try await guest.subscribe(Self.latest(reader))
            let error = await refusal { _ = try await guest.subscribe(Self.latest(other)) }

            #expect(error?.type == "AccessDeniedException")
        }
    }

    private static let stream = "arn:aws:kinesis:us-east-1:000000000000:stream/s"

    /// Makes a stream of one shard, and a consumer of it.
    private static func consumer(by kinesis: any Client<Kinesis>) async throws -> String {
        _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
        let registered = try await kinesis(RegisterStreamConsumer(streamARN: stream, consumerName: "reader"))
        return registered.consumer.consumerARN
    }

    private static func record(_ number: UInt8) -> PutRecord {
        PutRecord(streamName: "s", data: Blob([number]), partitionKey: "k")
    }

    private static func latest(_ consumer: String) -> SubscribeToShard {
        SubscribeToShard(consumerARN: consumer, shardId: "0", startingPosition: .init(type: "LATEST"))
    }

    private static func horizon(_ consumer: String) -> SubscribeToShard {
        SubscribeToShard(consumerARN: consumer, shardId: "0", startingPosition: .init(type: "TRIM_HORIZON"))
    }
}
