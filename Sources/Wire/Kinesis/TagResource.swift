/// Adds tags to a stream or a consumer, or overwrites them.
///
/// Source: Amazon Kinesis API Reference, `TagResource`.
public struct TagResource: Operation {
    public typealias Service = Kinesis

    /// Of a stream or a consumer.
    public var resourceARN: String
    /// 1 to 200; a resource has 50 at most.
    public var tags: WireMap<String>

    public init(resourceARN: String, tags: WireMap<String>) {
        self.resourceARN = resourceARN
        self.tags = tags
    }

    public var resource: ResourceName? { .stream(owning: resourceARN) }
}
