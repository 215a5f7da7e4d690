/// Splits and merges shards until there are so many.
///
/// Source: Amazon Kinesis API Reference, `UpdateShardCount`.
public struct UpdateShardCount: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// Half to double the number of open shards.
    public var targetShardCount: Int
    /// `UNIFORM_SCALING`.
    public var scalingType: String

    public init(
        streamName: String? = nil, streamARN: String? = nil, targetShardCount: Int,
        scalingType: String = "UNIFORM_SCALING"
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.targetShardCount = targetShardCount
        self.scalingType = scalingType
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var streamName: String
        public var streamARN: String
        /// Open shards at the moment of the call.
        public var currentShardCount: Int
        public var targetShardCount: Int

        public init(
            streamName: String, streamARN: String, currentShardCount: Int, targetShardCount: Int
        ) {
            self.streamName = streamName
            self.streamARN = streamARN
            self.currentShardCount = currentShardCount
            self.targetShardCount = targetShardCount
        }
    }
}
