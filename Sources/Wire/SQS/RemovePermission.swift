/// Removes a statement from a queue's policy.
///
/// Source: Amazon SQS API Reference, `RemovePermission`.
public struct RemovePermission: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// As it was added under.
    public var label: String

    public init(queueUrl: String, label: String) {
        self.queueUrl = queueUrl
        self.label = label
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
