import Clockwork
import Stream
import Testing

@Suite struct `A shard that is split or merged` {
    static let noon = Timestamp(seconds: 1_700_000_000)

    private static func stream(of count: Int) -> DataStream {
        DataStream(name: "s", account: "0", shardCount: count, now: noon)
    }

    @Test func `ends where Amazon ends it, and its children begin a second later`() throws {
        var stream = Self.stream(of: 1)
        let hour = Self.noon + .seconds(3_600)

        _ = try stream.reshard(stream.splitting(0, at: "1000"), now: hour)

        #expect(
            stream.shards[0].end
                == SequenceNumber(
                    shardCreation: Self.noon.seconds - 2, counter: SequenceNumber.lastCounter,
                    arrival: hour.seconds, shard: 0))
        for (child, last) in [(1, 999), (2, UInt128.max)] {
            #expect(stream.shards[child].start.arrival == hour.seconds + 1)
            #expect(stream.shards[child].creation == hour.seconds + 1)
            #expect(stream.shards[child].parent == 0 && stream.shards[child].adjacentParent == nil)
            #expect(stream.shards[child].hashKeys.upperBound == HashKey(last))
        }
    }

    @Test func `ends no sooner than its newest record came, however the clock runs`() throws {
        var stream = Self.stream(of: 1)
        let last = try stream.append(HashKey(1), now: Self.noon + .seconds(10))

        _ = try stream.reshard(stream.splitting(0, at: "1000"), now: Self.noon)
        let next = try stream.append(HashKey(1), now: Self.noon)

        #expect(try #require(stream.shards[0].end) > last.sequenceNumber)
        #expect(next.shard == 1 && next.sequenceNumber > last.sequenceNumber)
        #expect(next.arrival == Timestamp(seconds: Self.noon.seconds + 11))
    }

    @Test func `takes no more records, and its children take them by their keys`() throws {
        var stream = Self.stream(of: 2)

        _ = try stream.reshard(stream.splitting(0, at: "1000"), now: Self.noon)
        _ = try stream.reshard(stream.merging(3, with: 1), now: Self.noon)

        #expect(stream.shard(for: HashKey(999)) == 2)
        #expect(stream.shard(for: HashKey(1_000)) == 4)
        #expect(stream.shard(for: HashKey(.max)) == 4)
        #expect(stream.openShardCount == 2)
    }

    @Test(
        arguments: [(2, 4, 6), (4, 2, 6), (4, 5, 15), (5, 3, 7), (10, 13, 37), (1, 2, 3), (100, 101, 399)]
            as [(Int, Int, Int)])
    func `leaves as many as Amazon does when the count changes`(count: Int, target: Int, total: Int) throws {
        var stream = Self.stream(of: count)

        let plan = try #require(try stream.scaling(to: target))
        let changes = try stream.reshard(plan, now: Self.noon)

        #expect(stream.shards.count == total && stream.openShardCount == target)
        let open = stream.shards.filter(\.isOpen).sorted { $0.hashKeys.lowerBound < $1.hashKeys.lowerBound }
        #expect(
            open.first?.hashKeys.lowerBound == HashKey(0) && open.last?.hashKeys.upperBound == HashKey(.max))
        for (lower, upper) in zip(open, open.dropFirst()) {
            #expect(lower.hashKeys.upperBound.value + 1 == upper.hashKeys.lowerBound.value)
        }
        var other = Self.stream(of: count)
        for change in changes { other.apply(change) }
        #expect(other.shards == stream.shards)
    }

    @Test(arguments: [(4, 1), (4, 9), (6_000, 10_001), (1, 0)] as [(Int, Int)])
    func `cannot be scaled beyond half and double`(count: Int, target: Int) {
        #expect(throws: StreamFault.self) { try Self.stream(of: count).scaling(to: target) }
    }

    @Test func `too narrow for two halves is left alone`() throws {
        var stream = Self.stream(of: 1)
        _ = try stream.reshard(stream.splitting(0, at: "2"), now: Self.noon)

        #expect(throws: StreamFault.self) { try stream.splitting(1, at: "1") }
        #expect(throws: StreamFault.self) { try stream.reshard(.scale(to: 4), now: Self.noon) }
        #expect(try stream.reshard(.scale(to: 3), now: Self.noon).count == 3)
    }

    @Test(arguments: [Resharding.split(3, at: HashKey(.max)), .merge(3, with: 14), .scale(to: 8)])
    func `is written down in words`(plan: Resharding) {
        #expect(Resharding(plan.description) == plan)
    }

    @Test(arguments: ["", "split", "split 3", "split x at 4", "merge 3 with", "scale to eight", "tea to 8"])
    func `is not read from other words`(text: String) {
        #expect(Resharding(text) == nil)
    }
}

@Suite struct `A list of shards` {
    static let noon = Timestamp(seconds: 1_700_000_000)
    static let end = noon + .seconds(100)
    /// Two shards, the upper of which was split after 100 seconds, and then its lower half.
    private let stream: DataStream

    init() throws {
        var stream = DataStream(name: "s", account: "0", shardCount: 2, now: Self.noon)
        for (shard, at) in [(1, UInt128(3) << 126), (2, UInt128(5) << 125)] {
            _ = try stream.reshard(.split(shard, at: HashKey(at)), now: Self.end)
        }
        self.stream = stream
    }

    @Test(
        arguments: [
            (.all, [0, 1, 2, 3, 4, 5]), (.after(2), [3, 4, 5]), (.openAtHorizon, [0, 1]),
            (.openNow, [0, 3, 4, 5]), (.openAt(Timestamp(seconds: 0)), [0, 1]), (.openAt(noon), [0, 1]),
            (.openAt(end), [0, 1]), (.openAt(end + .seconds(1)), [0, 2, 3]),
            (.openAt(end + .seconds(2)), [0, 3, 4, 5]), (.openSince(end), [0, 1, 2, 3, 4, 5]),
            (.openSince(end + .seconds(1)), [0, 2, 3, 4, 5]), (.openSince(end + .seconds(2)), [0, 3, 4, 5]),
        ] as [(ShardSelection, [Int])])
    func `tells those that took records then`(selection: ShardSelection, numbers: [Int]) {
        let shards = stream.shards(selection, horizon: Self.noon - .seconds(86_400))

        #expect(shards.map(\.number) == numbers)
    }

    @Test(arguments: [(0, [0, 1, 2, 3, 4, 5]), (1, [0, 2, 3, 4, 5]), (2, [0, 3, 4, 5])] as [(Int, [Int])])
    func `leaves out a shard whose last record has expired, and its children stand in its place`(
        seconds: Int, numbers: [Int]
    ) throws {
        let horizon = Self.end + .seconds(seconds)

        #expect(stream.shards(.all, horizon: horizon).map(\.number) == numbers)
        let oldest = stream.shards(.openAtHorizon, horizon: horizon)
        #expect(oldest.map(\.number) == [[0, 1], [0, 2, 3], [0, 3, 4, 5]][seconds])
        #expect(stream.shards[4].parent == 2)
        #expect(((try? stream.shard(1, horizon: horizon)) == nil) == (seconds > 0))
    }
}
