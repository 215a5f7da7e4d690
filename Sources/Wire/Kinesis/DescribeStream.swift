/// Tells about a stream and its shards.
///
/// Source: Amazon Kinesis API Reference, `DescribeStream`.
public struct DescribeStream: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// 1 to 10,000 shards; nil means 100, which is also the most.
    public var limit: Int?
    public var exclusiveStartShardId: String?

    public init(
        streamName: String? = nil, streamARN: String? = nil, limit: Int? = nil,
        exclusiveStartShardId: String? = nil
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.limit = limit
        self.exclusiveStartShardId = exclusiveStartShardId
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var streamDescription: StreamDescription

        public init(streamDescription: StreamDescription) {
            self.streamDescription = streamDescription
        }
    }
}
