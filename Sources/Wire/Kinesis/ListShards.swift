import Clockwork

/// Lists the shards of a stream, open and closed.
///
/// Source: Amazon Kinesis API Reference, `ListShards`.
public struct ListShards: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// Stands in place of a stream.
    public var nextToken: String?
    public var exclusiveStartShardId: String?
    /// 1 to 10,000; nil means 1,000, which is also the most.
    public var maxResults: Int?
    public var streamCreationTimestamp: Timestamp?
    public var shardFilter: ShardFilter?

    public init(
        streamName: String? = nil, streamARN: String? = nil, nextToken: String? = nil,
        exclusiveStartShardId: String? = nil, maxResults: Int? = nil,
        streamCreationTimestamp: Timestamp? = nil, shardFilter: ShardFilter? = nil
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.nextToken = nextToken
        self.exclusiveStartShardId = exclusiveStartShardId
        self.maxResults = maxResults
        self.streamCreationTimestamp = streamCreationTimestamp
        self.shardFilter = shardFilter
    }

    /// Nil beside a token, which alone knows the stream.
    public var resource: ResourceName? {
        nextToken == nil ? .stream(named: streamName, arn: streamARN) : nil
    }

    public struct Output: Codable, Sendable {
        public var shards: [ShardDescription]
        public var nextToken: String?

        public init(shards: [ShardDescription], nextToken: String? = nil) {
            self.shards = shards
            self.nextToken = nextToken
        }
    }
}
