/// Makes a stream.
///
/// Source: Amazon Kinesis API Reference, `CreateStream`.
public struct CreateStream: Operation {
    public typealias Service = Kinesis

    /// 1 to 128 letters, digits, underscores, dots and hyphens.
    public var streamName: String
    /// 1 or more; nil means 4.
    public var shardCount: Int?
    public var streamModeDetails: StreamModeDetails?
    public var tags: WireMap<String>?
    /// 1,024 to 10,240; nil means 1,024.
    public var maxRecordSizeInKiB: Int?
    public var warmThroughputMiBps: Int?
    /// `AUTO` or `USER_PARTITION_KEY`, which nil means.
    public var recordDistributionStrategy: String?

    public init(
        streamName: String, shardCount: Int? = nil, streamModeDetails: StreamModeDetails? = nil,
        tags: WireMap<String>? = nil, maxRecordSizeInKiB: Int? = nil, warmThroughputMiBps: Int? = nil,
        recordDistributionStrategy: String? = nil
    ) {
        self.streamName = streamName
        self.shardCount = shardCount
        self.streamModeDetails = streamModeDetails
        self.tags = tags
        self.maxRecordSizeInKiB = maxRecordSizeInKiB
        self.warmThroughputMiBps = warmThroughputMiBps
        self.recordDistributionStrategy = recordDistributionStrategy
    }

    public var resource: ResourceName? { .stream(streamName) }
}
