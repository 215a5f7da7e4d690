/// Says who else may use a stream or a consumer.
///
/// Source: Amazon Kinesis API Reference, `PutResourcePolicy`.
public struct PutResourcePolicy: Operation {
    public typealias Service = Kinesis

    /// Of a stream or a consumer.
    public var resourceARN: String
    /// JSON text, which is kept byte for byte.
    public var policy: String

    public init(resourceARN: String, policy: String) {
        self.resourceARN = resourceARN
        self.policy = policy
    }

    public var resource: ResourceName? { .stream(owning: resourceARN) }
}
