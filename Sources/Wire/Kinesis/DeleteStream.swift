/// Removes a stream and all its records.
///
/// Source: Amazon Kinesis API Reference, `DeleteStream`.
public struct DeleteStream: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    public var enforceConsumerDeletion: Bool?

    public init(streamName: String? = nil, streamARN: String? = nil, enforceConsumerDeletion: Bool? = nil) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.enforceConsumerDeletion = enforceConsumerDeletion
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
