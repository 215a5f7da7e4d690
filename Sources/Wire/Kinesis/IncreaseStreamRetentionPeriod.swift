/// Keeps a stream's records longer.
///
/// Source: Amazon Kinesis API Reference, `IncreaseStreamRetentionPeriod`.
public struct IncreaseStreamRetentionPeriod: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// At most 8,760, and no less than before.
    public var retentionPeriodHours: Int

    public init(streamName: String? = nil, streamARN: String? = nil, retentionPeriodHours: Int) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.retentionPeriodHours = retentionPeriodHours
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
