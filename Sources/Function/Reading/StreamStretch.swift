import Clockwork
import Wire

/// The records of a stream that arrived between two moments, read without any reader's place being moved.
package struct StreamStretch: Sendable {
    package var streamName: String
    package var from: Timestamp
    /// Records of this very moment belong to it.
    package var to: Timestamp

    package init(of streamName: String, from: Timestamp, to: Timestamp) {
        self.streamName = streamName
        self.from = from
        self.to = to
    }

    /// All of them, in the order of their arrival; those of one shard in its order.
    ///
    /// - Throws: What the client throws.
    package func records(by kinesis: any Client<Kinesis>) async throws -> [StreamRecord] {
        var records: [StreamRecord] = []
        for shard in try await kinesis.shards(of: streamName) {
            records += try await self.records(of: shard.shardId, by: kinesis)
        }
        // A sort that is stable: the order of a shard is more than that of its moments.
        return records.enumerated().sorted {
            ($0.element.approximateArrivalTimestamp, $0.offset)
                < ($1.element.approximateArrivalTimestamp, $1.offset)
        }.map(\.element)
    }

    private func records(of shard: String, by kinesis: any Client<Kinesis>) async throws -> [StreamRecord] {
        var iterator: String? = try await kinesis(
            GetShardIterator(
                streamName: streamName, shardId: shard, shardIteratorType: "AT_TIMESTAMP", timestamp: from)
        ).shardIterator
        var records: [StreamRecord] = []
        while let place = iterator {
            let answer = try await kinesis(GetRecords(shardIterator: place))
            let within = answer.records.prefix { $0.approximateArrivalTimestamp <= to }
            records += within
            // An empty answer alone does not mean that nothing is left.
            let isAtEnd = answer.records.isEmpty && (answer.millisBehindLatest ?? 0) == 0
            guard within.count == answer.records.count, !isAtEnd else { break }
            iterator = answer.nextShardIterator
        }
        return records
    }
}
