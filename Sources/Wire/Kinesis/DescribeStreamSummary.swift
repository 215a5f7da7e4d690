/// Tells about a stream without its shards.
///
/// Source: Amazon Kinesis API Reference, `DescribeStreamSummary`.
public struct DescribeStreamSummary: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?

    public init(streamName: String? = nil, streamARN: String? = nil) {
        self.streamName = streamName
        self.streamARN = streamARN
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var streamDescriptionSummary: StreamDescriptionSummary

        public init(streamDescriptionSummary: StreamDescriptionSummary) {
            self.streamDescriptionSummary = streamDescriptionSummary
        }
    }
}
