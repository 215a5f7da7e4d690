/// Has more of each shard counted.
///
/// Source: Amazon Kinesis API Reference, `EnableEnhancedMonitoring`.
public struct EnableEnhancedMonitoring: Operation {
    public typealias Service = Kinesis
    public typealias Output = MetricsChange

    public var streamName: String?
    public var streamARN: String?
    /// 1 to 7 names, or `ALL`.
    public var shardLevelMetrics: [String]

    public init(streamName: String? = nil, streamARN: String? = nil, shardLevelMetrics: [String]) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.shardLevelMetrics = shardLevelMetrics
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
