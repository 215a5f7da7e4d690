import Clockwork
import Testing

@testable import Stream

@Suite struct `A shard's throughput` {
    private static let mib = 1 << 20

    @Test func `takes a thousand records a second`() {
        var shard = ShardThroughput(now: .zero)

        let first = (0..<1_100).count { _ in shard.admitsRecord(of: 1, now: .zero) }
        let later = (0..<1_100).count { _ in shard.admitsRecord(of: 1, now: .milliseconds(500)) }

        #expect(first == 1_000 && later == 500)
    }

    @Test func `takes a MiB a second, and a larger record when it has rested`() {
        var shard = ShardThroughput(now: .zero)
        let mib = Self.mib

        let fates = [(mib / 2, 0), (mib, 0), (10 * mib, 1), (1, 10), (mib, 11)].map { bytes, second in
            shard.admitsRecord(of: bytes, now: .seconds(second))
        }

        #expect(fates == [true, false, true, false, true])
    }

    @Test func `is read five times a second`() {
        var shard = ShardThroughput(now: .zero)

        let first = (0..<10).count { _ in shard.admitsRead(now: .zero) }
        let later = (0..<10).count { _ in shard.admitsRead(now: .milliseconds(400)) }

        #expect(first == 5 && later == 2)
    }

    @Test(arguments: [(10, 5), (4, 2)])
    func `answers again once so much would have passed`(mibs: Int, seconds: Int) {
        var shard = ShardThroughput(now: .zero)
        let first = shard.admitsRead(now: .zero)
        shard.noteRead(of: mibs * Self.mib)

        let early = shard.admitsRead(now: .seconds(seconds) - .milliseconds(1))
        let late = shard.admitsRead(now: .seconds(seconds) + .milliseconds(1))

        #expect([first, early, late] == [true, false, true])
    }

    @Test func `gives five iterators a second, whatever is read`() {
        var shard = ShardThroughput(now: .zero)
        for _ in 0..<5 { _ = shard.admitsRead(now: .zero) }

        let first = (0..<10).count { _ in shard.admitsIterator(now: .zero) }
        let later = (0..<10).count { _ in shard.admitsIterator(now: .milliseconds(600)) }

        #expect(first == 5 && later == 3)
    }

    @Test func `pushes two MiB a second, a whole event at a time`() {
        var pace = ShardThroughput.pushed(now: .zero)
        var now = Duration.zero

        let moments = (0..<8).map { _ in
            while !pace.isOpen(now: now) { now += pace.untilOpen(now: now) }
            pace.spill(Double(Self.mib))
            return now
        }

        #expect(moments[...2].allSatisfy { $0 <= .microseconds(1) })
        for (earlier, later) in zip(moments[2...], moments[3...]) {
            #expect((.milliseconds(500)...Duration.milliseconds(501)).contains(later - earlier))
        }
    }

    @Test func `gains nothing from a clock that stands still or runs back`() {
        var bucket = TokenBucket(perSecond: 10, now: .seconds(10))
        bucket.take(10)

        let fates = [9, 9, 10].map { bucket.has(1, now: .seconds($0)) }

        #expect(fates == [false, false, false])
    }
}

@Suite struct `An account's calls` {
    @Test(arguments: [
        ("DescribeLimits", 1), ("ListStreams", 5), ("DescribeStream", 10), ("DescribeStreamSummary", 20),
    ])
    func `are so many a second of each operation`(operation: String, most: Int) {
        var rates = CallRates()

        let first = (0..<100).count { _ in rates.admits(operation, in: "us-east-1", now: .zero) }
        let later = (0..<100).count { _ in rates.admits(operation, in: "us-east-1", now: .seconds(1)) }

        #expect(first == most && later == most)
    }

    @Test func `of one operation or region leave others alone`() {
        var rates = CallRates()
        for _ in 0..<10 { _ = rates.admits("DescribeStream", in: "us-east-1", now: .zero) }

        let fates = [
            ("DescribeStream", "us-east-1"), ("DescribeStream", "eu-west-1"), ("ListStreams", "us-east-1"),
        ]
        .map { rates.admits($0, in: $1, now: .zero) }

        #expect(fates == [false, true, true])
    }

    @Test(arguments: ["PutRecord", "GetRecords", "ListShards"])
    func `that have no bound of the account's are admitted`(operation: String) {
        var rates = CallRates()

        let admitted = (0..<10_000).count { _ in rates.admits(operation, in: "us-east-1", now: .zero) }

        #expect(admitted == 10_000)
    }
}
