/// Tells the tags of a queue.
///
/// Source: Amazon SQS API Reference, `ListQueueTags`.
public struct ListQueueTags: Operation {
    public typealias Service = SQS

    public var queueUrl: String

    public init(queueUrl: String) {
        self.queueUrl = queueUrl
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }

    public struct Output: Codable, Sendable {
        /// In the order of their keys; nil where there are none.
        public var tags: WireMap<String>?

        public init(tags: WireMap<String>? = nil) {
            self.tags = tags
        }
    }
}
