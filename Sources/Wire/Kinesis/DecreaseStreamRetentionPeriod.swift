/// Lets a stream's records go sooner; what is older than that is gone at once.
///
/// Source: Amazon Kinesis API Reference, `DecreaseStreamRetentionPeriod`.
public struct DecreaseStreamRetentionPeriod: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// At least 24, and no more than before.
    public var retentionPeriodHours: Int

    public init(streamName: String? = nil, streamARN: String? = nil, retentionPeriodHours: Int) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.retentionPeriodHours = retentionPeriodHours
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
