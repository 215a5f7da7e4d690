import Clockwork
import Testing
import Wire

@Suite struct `A stream of the broker` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test(arguments: [false, true])
    func `takes no sequence number of a deleted namesake`(diesInBetween: Bool) throws {
        let old = try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let number = try await kinesis(Self.tea(on: "s")).sequenceNumber
            _ = try await kinesis(DeleteStream(streamName: "s"))
            return number
        }

        if diesInBetween { try house.restart() }

        try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let error = await refusal {
                try await kinesis(
                    GetShardIterator(
                        streamName: "s", shardId: "0", shardIteratorType: "AFTER_SEQUENCE_NUMBER",
                        startingSequenceNumber: old))
            }
            #expect(error?.type == "InvalidArgumentException")
            #expect(error?.message?.hasSuffix("did not come from this stream.") == true)
        }
    }

    @Test func `takes records as large as it was made for, also after a restart`() throws {
        try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "usual", shardCount: 1))
            _ = try await kinesis(CreateStream(streamName: "large", shardCount: 1, maxRecordSizeInKiB: 2_048))
        }

        try house.restart()

        try house.play { [kinesis = house.streams()] _ in
            for (name, size) in [("usual", 1_024), ("large", 2_048)] {
                let summary = try await kinesis(DescribeStreamSummary(streamName: name))
                #expect(summary.streamDescriptionSummary.maxRecordSizeInKiB == size)
                _ = try await kinesis(Self.record(of: size << 10, on: name))
                let error = await refusal { try await kinesis(Self.record(of: size << 10 + 1, on: name)) }
                #expect(error?.type == "ValidationException")
            }
        }
    }

    @Test func `does nothing in a dry run, and says that it could`() throws {
        try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let iterator = try await kinesis(Self.horizon(of: "s")).shardIterator
            let (data, key) = (Blob(Array("tea".utf8)), "k")
            let calls: [() async throws -> Any] = [
                {
                    try await kinesis(PutRecord(streamName: "s", data: data, partitionKey: key, dryRun: true))
                },
                {
                    try await kinesis(
                        PutRecords(
                            streamName: "s", records: [PutRecords.Entry(data: data, partitionKey: key)],
                            dryRun: true))
                },
                {
                    try await kinesis(
                        GetShardIterator(
                            streamName: "s", shardId: "0", shardIteratorType: "LATEST", dryRun: true))
                },
                { try await kinesis(GetRecords(shardIterator: iterator, dryRun: true)) },
            ]

            for call in calls {
                #expect(await refusal { try await call() }?.type == "DryRunOperationException")
            }

            #expect(try await kinesis(GetRecords(shardIterator: iterator)).records.isEmpty)
        }
    }

    @Test func `is named by its own ARN, and by no other`() throws {
        let arn = "arn:aws:kinesis:us-east-1:000000000000:stream/s"
        let foreign = [
            "arn:aws:kinesis:eu-north-1:000000000000:stream/s",
            "arn:aws:kinesis:us-east-1:111122223333:stream/s",
        ]
        try house.play { [kinesis = house.streams()] _ in
            for name in ["s", "t"] { _ = try await kinesis(CreateStream(streamName: name, shardCount: 1)) }
            let iterator = try await kinesis(Self.horizon(of: "s")).shardIterator

            #expect(try await kinesis(DescribeStream(streamARN: arn)).streamDescription.streamARN == arn)
            #expect(try await kinesis(GetRecords(shardIterator: iterator, streamARN: arn)).records.isEmpty)
            for arn in foreign {
                let error = await refusal { try await kinesis(DescribeStream(streamARN: arn)) }
                #expect(error?.type == "ResourceNotFoundException")
            }
            let other = await refusal {
                try await kinesis(GetRecords(shardIterator: iterator, streamARN: "\(arn.dropLast())t"))
            }
            let none = await refusal { try await kinesis(DescribeStream(streamARN: "s")) }
            #expect(other?.type == "InvalidArgumentException")
            #expect(none?.type == "ValidationException")
        }
    }

    @Test func `keeps tokens and iterators apart`() throws {
        try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 2))
            let iterator = try await kinesis(Self.horizon(of: "s")).shardIterator
            let token = try #require(
                try await kinesis(ListShards(streamName: "s", maxResults: 1)).nextToken)

            let read = await refusal { try await kinesis(GetRecords(shardIterator: token)) }
            let listed = await refusal { try await kinesis(ListShards(nextToken: iterator)) }

            #expect(read?.type == "InvalidArgumentException")
            #expect(listed?.type == "InvalidArgumentException")
            #expect(try await kinesis(ListShards(nextToken: token)).shards.count == 1)
        }
    }

    @Test func `is listed by token only to those who may list it`() throws {
        let guest = Credentials(accessKeyID: "guest", secretAccessKey: "guest's secret")
        let ofOthers = AccessPolicy([.init(actions: ["kinesis:*"], resources: ["stream/other"])])
        house.keys = [AccessKey(QueueHouse.owner, policy: .everything), AccessKey(guest, policy: ofOthers)]
        try house.restart()

        try house.play { [owner = house.streams(), guest = house.streams(as: guest)] _ in
            _ = try await owner(CreateStream(streamName: "secret", shardCount: 2))
            let token = try #require(
                try await owner(ListShards(streamName: "secret", maxResults: 1)).nextToken)

            let error = await refusal { try await guest(ListShards(nextToken: token)) }

            #expect(error?.type == "AccessDeniedException")
        }
    }

    @Test func `is told apart from what no stream can be called`() throws {
        try house.play { [kinesis = house.streams()] _ in
            let calls: [() async throws -> Any] = [
                { try await kinesis(DeleteStream(streamName: "a b")) },
                { try await kinesis(DescribeStream(streamName: "a b")) },
                { try await kinesis(DescribeStreamSummary(streamName: "a b")) },
                { try await kinesis(ListShards(streamName: "a b")) },
            ]

            for call in calls { #expect(await refusal { try await call() }?.type == "ValidationException") }
        }
    }

    private static func tea(on stream: String) -> PutRecord {
        PutRecord(streamName: stream, data: Blob(Array("tea".utf8)), partitionKey: "k")
    }

    /// A record of so many bytes, its key among them.
    private static func record(of bytes: Int, on stream: String) -> PutRecord {
        PutRecord(
            streamName: stream, data: Blob(Array(repeating: UInt8(ascii: "x"), count: bytes - 1)),
            partitionKey: "k")
    }

    private static func horizon(of stream: String) -> GetShardIterator {
        GetShardIterator(streamName: stream, shardId: "0", shardIteratorType: "TRIM_HORIZON")
    }
}
