import Clockwork

/// Tells an iterator: a place in a shard to read on from, good for five minutes.
///
/// Source: Amazon Kinesis API Reference, `GetShardIterator`.
public struct GetShardIterator: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    public var shardId: String
    /// `AT_SEQUENCE_NUMBER`, `AFTER_SEQUENCE_NUMBER`, `TRIM_HORIZON`, `LATEST` or `AT_TIMESTAMP`.
    public var shardIteratorType: String
    public var startingSequenceNumber: String?
    public var timestamp: Timestamp?
    /// True to have everything checked and nothing done.
    public var dryRun: Bool?

    public init(
        streamName: String? = nil, streamARN: String? = nil, shardId: String, shardIteratorType: String,
        startingSequenceNumber: String? = nil, timestamp: Timestamp? = nil, dryRun: Bool? = nil
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.shardId = shardId
        self.shardIteratorType = shardIteratorType
        self.startingSequenceNumber = startingSequenceNumber
        self.timestamp = timestamp
        self.dryRun = dryRun
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var shardIterator: String

        public init(shardIterator: String) {
            self.shardIterator = shardIterator
        }
    }
}
