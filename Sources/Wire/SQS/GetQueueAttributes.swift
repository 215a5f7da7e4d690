/// Tells attributes of a queue.
///
/// Source: Amazon SQS API Reference, `GetQueueAttributes`.
public struct GetQueueAttributes: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// Names, or `All`; nil tells nothing.
    public var attributeNames: [String]?

    public init(queueUrl: String, attributeNames: [String]? = nil) {
        self.queueUrl = queueUrl
        self.attributeNames = attributeNames
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }

    public struct Output: Codable, Sendable {
        public var attributes: WireMap<String>?

        public init(attributes: WireMap<String>? = nil) {
            self.attributes = attributes
        }
    }
}
