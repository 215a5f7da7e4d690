/// Tells who else may use a stream or a consumer.
///
/// Source: Amazon Kinesis API Reference, `GetResourcePolicy`.
public struct GetResourcePolicy: Operation {
    public typealias Service = Kinesis

    /// Of a stream or a consumer.
    public var resourceARN: String

    public init(resourceARN: String) {
        self.resourceARN = resourceARN
    }

    public var resource: ResourceName? { .stream(owning: resourceARN) }

    public struct Output: Codable, Sendable {
        /// JSON text as it was put; `{}` where none was.
        public var policy: String

        public init(policy: String) {
            self.policy = policy
        }
    }
}
