/// Lists the tags of a stream or a consumer by their keys.
///
/// Source: Amazon Kinesis API Reference, `ListTagsForResource`.
public struct ListTagsForResource: Operation {
    public typealias Service = Kinesis

    /// Of a stream or a consumer.
    public var resourceARN: String

    public init(resourceARN: String) {
        self.resourceARN = resourceARN
    }

    public var resource: ResourceName? { .stream(owning: resourceARN) }

    public struct Output: Codable, Sendable {
        public var tags: [ResourceTag]

        public init(tags: [ResourceTag]) {
            self.tags = tags
        }
    }
}
