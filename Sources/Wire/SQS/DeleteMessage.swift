/// Removes a received message for good.
///
/// Source: Amazon SQS API Reference, `DeleteMessage`.
public struct DeleteMessage: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    public var receiptHandle: String

    public init(queueUrl: String, receiptHandle: String) {
        self.queueUrl = queueUrl
        self.receiptHandle = receiptHandle
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
