/// Ends a shard and lets two go on.
///
/// Source: Amazon Kinesis API Reference, `SplitShard`.
public struct SplitShard: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    public var shardToSplit: String
    /// The first hash key of the upper half, in decimal.
    public var newStartingHashKey: String

    public init(
        streamName: String? = nil, streamARN: String? = nil, shardToSplit: String, newStartingHashKey: String
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.shardToSplit = shardToSplit
        self.newStartingHashKey = newStartingHashKey
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
