import Clockwork
import Disk
import Orders
import Testing

@testable import OMS

@Suite struct `What expired in the stream before it was read` {
    private let orders = (1...8).map { Order.sample("W-\($0)") }

    /// Where the stream has each record, and how often each order's event came.
    private func places(_ shop: Workshop) -> [String: [FakeStream.Record]] {
        Dictionary(grouping: shop.stream.records, by: \.key)
    }

    /// An OMS that has published all orders and rests.
    private func quietShop() throws -> Workshop {
        let shop = Workshop()
        shop.place(orders)
        try shop.start()
        shop.run(until: { shop.isQuiet })
        return shop
    }

    @Test func `is published again, and nothing else`() throws {
        let shop = try quietShop()
        let shard = shop.stream.records[0].shard
        let inShard = shop.stream.records.filter { $0.shard == shard }
        let gap = StreamGap(
            stream: "order-events", shardID: shard, after: "0", before: inShard.last?.sequenceNumber)

        shop.gaps.send(gap.text, id: "g-1")
        shop.run(until: { shop.gaps.isEmpty && shop.isTold })

        for (key, records) in places(shop) {
            let expired = records[0].shard == shard && key != inShard.last?.key
            #expect(records.count == (expired ? 2 : 1), "\(key)")
            #expect(Set(records.map(\.payload)).count == 1)
        }
        #expect(try shop.findings(about: orders) == [])
        #expect(shop.log.count(of: "published again") == 1)
    }

    @Test func `is published again to the end of the shard where nothing is left`() throws {
        let shop = try quietShop()
        let first = shop.stream.records[0]
        let behind = shop.stream.records.filter { $0.shard == first.shard }.dropFirst()

        shop.gaps.send(
            StreamGap(stream: "order-events", shardID: first.shard, after: first.sequenceNumber, before: nil)
                .text,
            id: "g-1")
        shop.run(until: { shop.gaps.isEmpty && shop.isTold })

        #expect(shop.stream.records.count == 8 + behind.count)
        #expect(places(shop)[first.key]?.count == 1)
    }

    @Test(arguments: [CommitPoint.Side.before, .after])
    func `is published again, whether the process dies before the commit or after it`(side: CommitPoint.Side)
        throws
    {
        let shop = try quietShop()
        let shard = shop.stream.records[0].shard
        let gap = StreamGap(stream: "order-events", shardID: shard, after: "0", before: nil)
        shop.gaps.send(gap.text, id: "g-1")

        shop.killAtCommit(1, side)
        shop.run(until: { false }, atMost: .seconds(30))
        try shop.start()
        shop.run(until: { shop.gaps.isEmpty && shop.isTold })

        #expect(places(shop).values.allSatisfy { $0[0].shard != shard || $0.count >= 2 })
        #expect(try shop.findings(about: orders) == [])
    }

    @Test func `is nothing where the gap lay in another stream, or between two records`() throws {
        let shop = try quietShop()
        let first = shop.stream.records[0]

        shop.gaps.send(
            StreamGap(stream: "other", shardID: first.shard, after: "0", before: nil).text, id: "g-1")
        shop.gaps.send(
            StreamGap(
                stream: "order-events", shardID: first.shard, after: "0", before: first.sequenceNumber
            ).text, id: "g-2")
        shop.run(until: { shop.gaps.isEmpty })
        shop.wait(.seconds(2))

        #expect(shop.stream.records.count == 8)
    }

    @Test func `comes behind what was published since, also when that is the order's cancellation`() throws {
        let shop = try quietShop()
        let first = shop.stream.records[0]
        shop.queue.send(Cancellation.sample(first.key).text, id: "c-1")
        shop.run(until: { shop.isQuiet })

        let behind = shop.stream.records.first { $0.shard == first.shard && $0 != first }
        shop.gaps.send(
            StreamGap(
                stream: "order-events", shardID: first.shard, after: "0", before: behind?.sequenceNumber
            ).text, id: "g-1")
        shop.run(until: { shop.gaps.isEmpty && shop.isTold })

        let versions = try places(shop)[first.key]?.map {
            try OrderEvent(parsing: Array($0.payload.utf8)).orderVersion
        }
        #expect(versions == [1, 2, 1])
    }

    @Test func `stays in its queue when it cannot be read`() throws {
        let shop = try quietShop()
        shop.gaps.send("not a gap", id: "g-1")

        shop.run(until: { shop.log.count(of: "Not a gap") == 2 })

        #expect(!shop.gaps.isEmpty && !shop.hasEnded)
    }
}
