/// Has an on-demand stream spread its records over all shards, or go by their keys.
///
/// Source: Amazon Kinesis API Reference, `UpdateStreamRecordDistributionStrategy`.
public struct UpdateStreamRecordDistributionStrategy: Operation {
    public typealias Service = Kinesis

    public var streamARN: String
    /// `AUTO` or `USER_PARTITION_KEY`.
    public var recordDistributionStrategy: String

    public init(streamARN: String, recordDistributionStrategy: String) {
        self.streamARN = streamARN
        self.recordDistributionStrategy = recordDistributionStrategy
    }

    public var resource: ResourceName? { .stream(named: nil, arn: streamARN) }
}
