/// Hides a received message for so long from now on; 0 shows it again at once.
///
/// Source: Amazon SQS API Reference, `ChangeMessageVisibility`.
public struct ChangeMessageVisibility: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    public var receiptHandle: String
    /// Seconds, 0 to 43,200.
    public var visibilityTimeout: Int

    public init(queueUrl: String, receiptHandle: String, visibilityTimeout: Int) {
        self.queueUrl = queueUrl
        self.receiptHandle = receiptHandle
        self.visibilityTimeout = visibilityTimeout
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
