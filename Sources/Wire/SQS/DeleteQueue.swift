/// Removes a queue and all its messages.
///
/// Source: Amazon SQS API Reference, `DeleteQueue`.
public struct DeleteQueue: Operation {
    public typealias Service = SQS

    public var queueUrl: String

    public init(queueUrl: String) {
        self.queueUrl = queueUrl
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
