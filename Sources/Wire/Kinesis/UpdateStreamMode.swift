/// Has a stream's capacity managed otherwise.
///
/// Source: Amazon Kinesis API Reference, `UpdateStreamMode`.
public struct UpdateStreamMode: Operation {
    public typealias Service = Kinesis

    public var streamARN: String
    public var streamModeDetails: StreamModeDetails
    /// Write throughput to hold ready for an on-demand stream, in MiB/s.
    public var warmThroughputMiBps: Int?

    public init(streamARN: String, streamModeDetails: StreamModeDetails, warmThroughputMiBps: Int? = nil) {
        self.streamARN = streamARN
        self.streamModeDetails = streamModeDetails
        self.warmThroughputMiBps = warmThroughputMiBps
    }

    public var resource: ResourceName? { .stream(named: nil, arn: streamARN) }
}
