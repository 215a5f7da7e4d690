/// Ends two neighbouring shards and lets one go on.
///
/// Source: Amazon Kinesis API Reference, `MergeShards`.
public struct MergeShards: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// The one with the lower hash keys.
    public var shardToMerge: String
    public var adjacentShardToMerge: String

    public init(
        streamName: String? = nil, streamARN: String? = nil, shardToMerge: String,
        adjacentShardToMerge: String
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.shardToMerge = shardToMerge
        self.adjacentShardToMerge = adjacentShardToMerge
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
