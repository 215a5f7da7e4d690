/// Removes every message of a queue, in flight or not.
///
/// Source: Amazon SQS API Reference, `PurgeQueue`.
public struct PurgeQueue: Operation {
    public typealias Service = SQS

    public var queueUrl: String

    public init(queueUrl: String) {
        self.queueUrl = queueUrl
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
