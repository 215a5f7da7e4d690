import Clockwork
import Crypto
import Stream
import Testing

@Suite struct `A stream` {
    static let noon = Timestamp(seconds: 1_700_000_000)

    @Test(arguments: [1, 2, 3, 4, 7, 100])
    func `shares all hash keys among its shards`(count: Int) {
        let shards = DataStream(name: "s", account: "0", shardCount: count, now: Self.noon).shards

        #expect(shards.count == count)
        #expect(shards.first?.hashKeys.lowerBound == HashKey(0))
        #expect(shards.last?.hashKeys.upperBound == HashKey(.max))
        for (lower, upper) in zip(shards, shards.dropFirst()) {
            #expect(lower.hashKeys.upperBound.value + 1 == upper.hashKeys.lowerBound.value)
        }
    }

    @Test func `cuts a half in two where Kinesis cuts it`() {
        let shards = DataStream(name: "s", account: "0", shardCount: 3, now: Self.noon).shards

        #expect(shards[1].hashKeys.lowerBound.description == "113427455640312821154458202477256070485")
    }

    @Test(arguments: [1, 3, 4])
    func `puts a record into the shard whose range has its key`(count: Int) throws {
        var stream = DataStream(name: "s", account: "0", shardCount: count, now: Self.noon)

        for shard in stream.shards {
            for edge in [shard.hashKeys.lowerBound, shard.hashKeys.upperBound] {
                let placement = try stream.append(edge, now: Self.noon)
                #expect(placement.shard == shard.number)
            }
        }
    }

    @Test func `numbers records upward even when the clock runs back`() throws {
        var stream = DataStream(name: "s", account: "0", shardCount: 1, now: Self.noon)

        let first = try stream.append(HashKey(1), now: Self.noon + .seconds(10))
        let second = try stream.append(HashKey(2), now: Self.noon - .seconds(10))

        #expect(first.sequenceNumber < second.sequenceNumber)
        #expect(second.arrival >= first.arrival)
        #expect(stream.shards[0].start < first.sequenceNumber)
    }

    @Test(arguments: [(-3_600, 0), (-1, 0), (0, 1), (5, 6)] as [(Int64, Int64)])
    func `has no sequence number of a deleted namesake`(age: Int64, later: Int64) {
        let usual = Self.noon.seconds - 2

        let stream = DataStream(
            name: "s", account: "0", shardCount: 2, now: Self.noon, after: usual + age)

        #expect(stream.shards.map(\.creation) == [usual + later, usual + later])
        #expect(stream.lastCreation == usual + later)
    }

    @Test func `hashes a partition key with MD5`() {
        // MD5("a") = 0cc175b9c0f1b6a831c399e269772661
        #expect(HashKey(partitionKey: "a").value == 0x0cc1_75b9_c0f1_b6a8_31c3_99e2_6977_2661)
    }

    @Test func `refuses a hash key beyond 128 bits`() {
        #expect(throws: StreamFault.self) { try HashKey(explicit: "340282366920938463463374607431768211456") }
        #expect(throws: Never.self) { try HashKey(explicit: "340282366920938463463374607431768211455") }
    }

    @Test(arguments: ["shardId-000000000003", "shardId-3", "x-003", "3"])
    func `finds a shard however its name is written`(name: String) throws {
        #expect(try Shard.number(in: name, stream: "s", account: "0") == 3)
    }

    @Test(arguments: ["", "shardId-", "shardId-x", "2147483648", "-1x"])
    func `does not find a shard that cannot be`(name: String) {
        #expect(throws: StreamFault.self) { try Shard.number(in: name, stream: "s", account: "0") }
    }
}

@Suite struct `A stream's ARN` {
    @Test func `says where the stream is`() {
        let arn = StreamARN(region: "eu-central-1", account: "000000000000", name: "order-events")

        #expect(arn.description == "arn:aws:kinesis:eu-central-1:000000000000:stream/order-events")
        #expect(StreamARN(arn.description) == arn)
    }

    @Test(arguments: [
        "", "s", "arn:aws:sqs:us-east-1:000000000000:s", "arn:aws:kinesis:us-east-1:000000000000:s",
        "arn:aws:kinesis:us-east-1:000000000000:stream/", "arn:aws:kinesis:us-east-1::stream/s",
        "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1",
        "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer",
    ])
    func `is nothing else, and is told as such`(text: String) {
        var constraints = Constraints()
        constraints.stream(named: nil, arn: text)

        #expect(StreamARN(text) == nil)
        #expect(throws: StreamFault.self) { try constraints.check() }
    }
}

@Suite struct `The tags of a stream` {
    @Test(
        arguments: [
            ([:], 1), (["": "v"], 1), ([String(repeating: "k", count: 129): "v"], 1),
            (["k": String(repeating: "v", count: 257)], 1), (["": String(repeating: "v", count: 257)], 2),
            (["k": ""], 0), ([String(repeating: "ü", count: 128): String(repeating: "ü", count: 256)], 0),
        ] as [([String: String], Int)])
    func `have keys of 1 to 128 characters and values of at most 256`(tags: [String: String], faults: Int) {
        var constraints = Constraints()
        constraints.tags(tags.map { (key: $0.key, value: $0.value) })

        var told = ""
        do { try constraints.check() } catch { told = error.message }
        #expect(faults == 0 ? told.isEmpty : told.hasPrefix("\(faults) validation error"), "\(told)")
    }
}

@Suite struct `An iterator` {
    static let noon = Timestamp(seconds: 1_700_000_000)
    static let key = SymmetricKey(data: Array(repeating: 7, count: 32))

    static let iterator = ShardIterator(
        stream: String(repeating: "n", count: 128), streamCreation: noon, shard: 3,
        place: ReadingPlace(counter: 9, arrivalSecond: 4, isInclusive: true), issuedAt: noon)

    @Test func `says again what it was told, in 512 characters`() throws {
        let text = Self.iterator.sealed(with: Self.key)

        #expect(text.count <= 512)
        #expect(try ShardIterator(unsealing: text, with: Self.key, now: Self.noon) == Self.iterator)
        #expect(try ShardIterator(unsealing: "\"\(text)\"", with: Self.key, now: Self.noon) == Self.iterator)
    }

    @Test(arguments: [(300, true), (301, false)])
    func `is good for five minutes`(age: Int, isGood: Bool) {
        let text = Self.iterator.sealed(with: Self.key)

        let read = Result {
            try ShardIterator(unsealing: text, with: Self.key, now: Self.noon + .seconds(age))
        }

        #expect((try? read.get()) == (isGood ? Self.iterator : nil))
    }

    @Test(arguments: [ShardIterator.Purpose.reading, .listing], [ShardIterator.Purpose.reading, .listing])
    func `is good for nothing but its purpose`(sealed: ShardIterator.Purpose, tried: ShardIterator.Purpose) {
        let text = Self.iterator.sealed(for: sealed, with: Self.key)

        let read = try? ShardIterator(unsealing: text, for: tried, with: Self.key, now: Self.noon)

        #expect(read == (sealed == tried ? Self.iterator : nil))
    }

    @Test func `that was altered in any byte is refused`() {
        let text = Self.iterator.sealed(with: Self.key)

        for place in text.indices {
            var altered = text
            altered.replaceSubrange(place...place, with: text[place] == "A" ? "B" : "A")
            #expect(throws: StreamFault.self) {
                try ShardIterator(unsealing: altered, with: Self.key, now: Self.noon)
            }
        }
    }
}

@Suite struct `A reading place` {
    static let noon = Timestamp(seconds: 1_700_000_000)

    /// Places as they come from every kind of iterator, against what lies in a shard of nine records.
    @Test(
        arguments: [
            (type: "TRIM_HORIZON", at: nil, first: 1), (type: "LATEST", at: nil, first: 10),
            (type: "AT_SEQUENCE_NUMBER", at: 4, first: 4), (type: "AFTER_SEQUENCE_NUMBER", at: 4, first: 5),
            (type: "AT_SEQUENCE_NUMBER", at: 0, first: 1), (type: "AFTER_SEQUENCE_NUMBER", at: 9, first: 10),
        ] as [(String, UInt64?, UInt64)])
    func `begins where its iterator says`(type: String, at: UInt64?, first: UInt64) throws {
        var stream = DataStream(name: "s", account: "0", shardCount: 1, now: Self.noon)
        let records = try (1...9).map { _ in try stream.append(HashKey(5), now: Self.noon) }
        let shard = stream.shards[0]
        let number = at.map { counter in
            counter == 0 ? shard.start : records[Int(counter) - 1].sequenceNumber
        }

        let start = try stream.readingStart(
            in: shard, type: type, startingSequenceNumber: number?.description, moment: nil, now: Self.noon)

        guard case .place(let place) = start else { throw StreamFault("unexpected", "\(start)") }
        let readable = records.filter { place.precedes(counter: $0.counter, arrival: $0.arrival) }
        #expect(readable.map(\.counter) == Array(first..<10))
    }

    @Test(
        arguments: [
            ("AT_SEQUENCE_NUMBER", nil),
            ("LATEST", "49646437577175378652512468275250536580403374760793210930"),
            ("AT_SEQUENCE_NUMBER", "5"), ("AT_TIMESTAMP", nil),
        ] as [(String, String?)])
    func `is refused when its arguments do not fit`(type: String, number: String?) throws {
        let stream = DataStream(name: "s", account: "0", shardCount: 1, now: Self.noon)

        #expect(throws: StreamFault.self) {
            try stream.readingStart(
                in: stream.shards[0], type: type, startingSequenceNumber: number, moment: nil, now: Self.noon)
        }
    }
}
