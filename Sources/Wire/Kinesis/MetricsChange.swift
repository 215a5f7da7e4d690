/// What is counted of each shard, before and after.
///
/// Source: Amazon Kinesis API Reference, `EnhancedMonitoringOutput`.
public struct MetricsChange: Codable, Sendable {
    public var streamName: String
    public var streamARN: String
    public var currentShardLevelMetrics: [String]
    public var desiredShardLevelMetrics: [String]

    public init(
        streamName: String, streamARN: String, currentShardLevelMetrics: [String],
        desiredShardLevelMetrics: [String]
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.currentShardLevelMetrics = currentShardLevelMetrics
        self.desiredShardLevelMetrics = desiredShardLevelMetrics
    }
}
