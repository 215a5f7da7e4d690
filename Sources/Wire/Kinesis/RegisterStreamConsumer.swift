/// Registers a consumer, which then may subscribe to each shard of the stream.
///
/// Source: Amazon Kinesis API Reference, `RegisterStreamConsumer`.
public struct RegisterStreamConsumer: Operation {
    public typealias Service = Kinesis

    public var streamARN: String
    /// 1 to 128 letters, digits, underscores, dots and hyphens.
    public var consumerName: String
    public var tags: WireMap<String>?

    public init(streamARN: String, consumerName: String, tags: WireMap<String>? = nil) {
        self.streamARN = streamARN
        self.consumerName = consumerName
        self.tags = tags
    }

    public var resource: ResourceName? { .stream(named: nil, arn: streamARN) }

    public struct Output: Codable, Sendable {
        /// Still `CREATING`; DescribeStreamConsumer tells when it is `ACTIVE`.
        public var consumer: ConsumerSummary

        public init(consumer: ConsumerSummary) {
            self.consumer = consumer
        }
    }
}
