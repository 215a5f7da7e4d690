/// Adds tags to a queue, and gives those that it has already their new values.
///
/// Source: Amazon SQS API Reference, `TagQueue`.
public struct TagQueue: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// Keys of 1 to 128 characters with values of up to 256. A queue has 50 at most.
    public var tags: WireMap<String>

    public init(queueUrl: String, tags: WireMap<String>) {
        self.queueUrl = queueUrl
        self.tags = tags
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
