/// Takes back what was said of who else may use a stream or a consumer.
///
/// Source: Amazon Kinesis API Reference, `DeleteResourcePolicy`.
public struct DeleteResourcePolicy: Operation {
    public typealias Service = Kinesis

    /// Of a stream or a consumer.
    public var resourceARN: String

    public init(resourceARN: String) {
        self.resourceARN = resourceARN
    }

    public var resource: ResourceName? { .stream(owning: resourceARN) }
}
