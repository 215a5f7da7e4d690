/// Has a stream take larger records, or only smaller ones.
///
/// Source: Amazon Kinesis API Reference, `UpdateMaxRecordSize`.
public struct UpdateMaxRecordSize: Operation {
    public typealias Service = Kinesis

    public var streamARN: String?
    /// 1,024 to 10,240, data and partition key together.
    public var maxRecordSizeInKiB: Int

    public init(streamARN: String? = nil, maxRecordSizeInKiB: Int) {
        self.streamARN = streamARN
        self.maxRecordSizeInKiB = maxRecordSizeInKiB
    }

    public var resource: ResourceName? { .stream(named: nil, arn: streamARN) }
}
