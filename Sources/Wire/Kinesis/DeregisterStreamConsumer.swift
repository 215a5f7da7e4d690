/// Removes a consumer and ends its subscriptions.
///
/// Source: Amazon Kinesis API Reference, `DeregisterStreamConsumer`.
public struct DeregisterStreamConsumer: ConsumerOperation {
    public typealias Service = Kinesis

    public var streamARN: String?
    public var consumerName: String?
    public var consumerARN: String?

    public init(streamARN: String? = nil, consumerName: String? = nil, consumerARN: String? = nil) {
        self.streamARN = streamARN
        self.consumerName = consumerName
        self.consumerARN = consumerARN
    }
}
