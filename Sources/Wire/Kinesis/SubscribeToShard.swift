import Clockwork

/// Has the records of a shard pushed to a consumer as they become durable, for five minutes at a time.
///
/// Source: Amazon Kinesis API Reference, `SubscribeToShard`.
public struct SubscribeToShard: PushingOperation {
    public typealias Service = Kinesis

    public var consumerARN: String
    public var shardId: String
    public var startingPosition: StartingPosition
    /// True to have everything checked and nothing done.
    public var dryRun: Bool?

    public init(
        consumerARN: String, shardId: String, startingPosition: StartingPosition, dryRun: Bool? = nil
    ) {
        self.consumerARN = consumerARN
        self.shardId = shardId
        self.startingPosition = startingPosition
        self.dryRun = dryRun
    }

    /// Only whoever knows the stream's consumers can tell.
    public var resource: ResourceName? { nil }

    public struct StartingPosition: Codable, Hashable, Sendable {
        /// `AT_SEQUENCE_NUMBER`, `AFTER_SEQUENCE_NUMBER`, `TRIM_HORIZON`, `LATEST` or `AT_TIMESTAMP`.
        public var type: String
        public var sequenceNumber: String?
        public var timestamp: Timestamp?

        public init(type: String, sequenceNumber: String? = nil, timestamp: Timestamp? = nil) {
            self.type = type
            self.sequenceNumber = sequenceNumber
            self.timestamp = timestamp
        }
    }

    public static let eventName = "SubscribeToShardEvent"

    /// Records, or none as a sign of life.
    public struct Event: Codable, Sendable {
        public var records: [StreamRecord]
        /// Where a later subscription goes on without a gap and without a repeat.
        public var continuationSequenceNumber: String
        public var millisBehindLatest: Int64
        /// Only in the last event of a closed shard.
        public var childShards: [ChildShard]?

        public init(
            records: [StreamRecord], continuationSequenceNumber: String, millisBehindLatest: Int64,
            childShards: [ChildShard]? = nil
        ) {
            self.records = records
            self.continuationSequenceNumber = continuationSequenceNumber
            self.millisBehindLatest = millisBehindLatest
            self.childShards = childShards
        }
    }
}
