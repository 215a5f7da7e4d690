import Clockwork
import Disk
import GRDB
import Testing
import Wire

@testable import Broker

@Suite struct `A stream whose records expire` {
    private let house: QueueHouse

    init() throws {
        house = try QueueHouse()
    }

    @Test func `lets go at once of what a shorter retention leaves out, and never tells it again`() throws {
        try house.play(within: .seconds(200_000)) { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            _ = try await kinesis(IncreaseStreamRetentionPeriod(streamName: "s", retentionPeriodHours: 72))
            let old = try await kinesis.put(["old"])[0]
            try await caller.sleep(.seconds(30 * 3_600))
            try await kinesis.put(["new"])
            #expect(try await kinesis.read() == ["old", "new"])

            _ = try await kinesis(DecreaseStreamRetentionPeriod(streamName: "s", retentionPeriodHours: 24))
            #expect(try await kinesis.read() == ["new"])
            _ = try await kinesis(IncreaseStreamRetentionPeriod(streamName: "s", retentionPeriodHours: 72))

            #expect(try await kinesis.read() == ["new"])
            #expect(try await kinesis.read(from: old) == ["new"])
        }
        try house.restart()
        let left = try house.play { [kinesis = house.streams()] _ in try await kinesis.read() }
        #expect(left == ["new"])
    }

    @Test func `clears them away in bites, and goes on counting`() throws {
        let last = try house.play(within: .seconds(200_000)) { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            for _ in 1...4 { try await kinesis.put(Array(repeating: "x", count: 500)) }
            let last = try await kinesis.put(["last"])[0]
            try await caller.sleep(.seconds(86_400 - 10))
            #expect(try house.count("records") == 2_001)
            let commits = house.witness.commits

            try await caller.sleep(.seconds(120))

            #expect(try house.count("records") == 0)
            // Five bites, and perhaps the queues' chores.
            #expect((5...7).contains(house.witness.commits - commits))
            return last
        }
        try house.restart()
        try house.play { [kinesis = house.streams()] _ in
            let next = try await kinesis.put(["next"])[0]
            #expect(next > last)
        }
    }

    @Test func `clears large records away a few at a time, and still larger ones singly`() throws {
        try house.play(within: .seconds(200_000)) { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let large = String(repeating: "x", count: 100_000)
            try await kinesis.put(Array(repeating: large, count: 9))
            try await kinesis.put(Array(repeating: String(repeating: "x", count: 1_000_000), count: 3))
            try await caller.sleep(.seconds(86_400 - 10))
            let commits = house.witness.commits

            try await caller.sleep(.seconds(120))

            #expect(try house.count("records") == 0)
            // Three bites of three, three of one, and perhaps the queues' chores.
            #expect((6...8).contains(house.witness.commits - commits))
        }
    }

    @Test func `gives their room to later records`() throws {
        try house.play(within: .seconds(200_000)) { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let records = Array(repeating: String(repeating: "x", count: 1_000), count: 500)
            for _ in 1...4 { try await kinesis.put(records) }
            try await caller.sleep(.seconds(86_400 + 120))
            let pages = try house.pages()

            for _ in 1...3 { try await kinesis.put(records) }

            #expect(try house.pages() <= pages)
        }
    }

    @Test(arguments: [false, true])
    func `is deleted with all its records, bit by bit, and they never come back`(diesInBetween: Bool) throws {
        try house.play { [kinesis = house.streams()] _ in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 2))
            for _ in 1...3 { try await kinesis.put(Array(repeating: "x", count: 500)) }
            _ = try await kinesis(DeleteStream(streamName: "s"))
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 2))
            try await kinesis.put(["new"])
        }

        if diesInBetween { try house.restart() }

        try house.play(within: .seconds(200_000)) { [kinesis = house.streams()] caller in
            try await caller.sleep(.seconds(120))
            #expect(try house.count("records") == 1)
            #expect(try house.count("forgotten_shards") == 0)
            #expect(try house.count("shards") == 2)
            let read = try await kinesis.read(shard: 0) + kinesis.read(shard: 1)
            #expect(read == ["new"])
        }
    }

    @Test func `commits nothing while nothing expires`() throws {
        try house.play(within: .seconds(200_000)) { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 10))
            try await kinesis.put(["a"])
            let commits = house.witness.commits

            try await caller.sleep(.seconds(3_600))

            // The queues look after theirs once a minute.
            #expect(house.witness.commits - commits <= 61)
        }
    }
}

@Suite struct `A stream that is throttled` {
    @Test func `takes more as time goes by, and answers more`() throws {
        let house = try QueueHouse()
        house.throttlesStreams = true
        try house.restart()
        try house.play(within: .seconds(200_000)) { [kinesis = house.streams()] caller in
            _ = try await kinesis(CreateStream(streamName: "s", shardCount: 1))
            let half = String(repeating: "x", count: 1 << 19 - 1)
            try await kinesis.put([half, half])

            let error = await refusal { try await kinesis.putOne(half) }
            #expect(error?.type == "ProvisionedThroughputExceededException" && error?.status == 400)
            try await caller.sleep(.milliseconds(500))
            try await kinesis.putOne(half)

            let reads = [1, 2, 3, 4, 5, 6]
            var refusals = 0
            for _ in reads { if await refusal({ try await kinesis.read(limit: 1) }) != nil { refusals += 1 } }
            #expect(refusals > 0)
            try await caller.sleep(.seconds(1))
            #expect(try await kinesis.read(limit: 1).count == 1)
        }
    }
}

extension QueueHouse {
    fileprivate func count(_ table: String) throws -> Int {
        try look { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? -1 }
    }

    /// How large the file is.
    fileprivate func pages() throws -> Int {
        try look { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? -1 }
    }

    private func look<Result>(_ look: (Database) throws -> Result) throws -> Result {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: "\(directory)/broker.db", configuration: configuration)
        return try queue.read(look)
    }
}

extension Client<Kinesis> {
    @discardableResult
    fileprivate func put(_ payloads: [String]) async throws -> [String] {
        let entries = payloads.map { PutRecords.Entry(data: Blob(Array($0.utf8)), partitionKey: "k") }
        return try await self(PutRecords(streamName: "s", records: entries)).records.map {
            $0.sequenceNumber ?? ""
        }
    }

    fileprivate func putOne(_ payload: String) async throws {
        _ = try await self(
            PutRecord(streamName: "s", data: Blob(Array(payload.utf8)), partitionKey: "k"))
    }

    fileprivate func read(
        shard: Int = 0, from number: String? = nil, limit: Int? = nil
    ) async throws -> [String] {
        let iterator = try await self(
            GetShardIterator(
                streamName: "s", shardId: "\(shard)",
                shardIteratorType: number == nil ? "TRIM_HORIZON" : "AT_SEQUENCE_NUMBER",
                startingSequenceNumber: number)
        ).shardIterator
        return try await self(GetRecords(shardIterator: iterator, limit: limit)).records.map {
            String(decoding: $0.data.bytes, as: UTF8.self)
        }
    }
}
