/// Tells about a consumer.
///
/// Source: Amazon Kinesis API Reference, `DescribeStreamConsumer`.
public struct DescribeStreamConsumer: ConsumerOperation {
    public typealias Service = Kinesis

    public var streamARN: String?
    public var consumerName: String?
    public var consumerARN: String?

    public init(streamARN: String? = nil, consumerName: String? = nil, consumerARN: String? = nil) {
        self.streamARN = streamARN
        self.consumerName = consumerName
        self.consumerARN = consumerARN
    }

    public struct Output: Codable, Sendable {
        public var consumerDescription: ConsumerDescription

        public init(consumerDescription: ConsumerDescription) {
            self.consumerDescription = consumerDescription
        }
    }
}
