/// Changes attributes of a queue: all that are given, or none when one of them is bad.
///
/// Source: Amazon SQS API Reference, `SetQueueAttributes`.
public struct SetQueueAttributes: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    public var attributes: WireMap<String>

    public init(queueUrl: String, attributes: WireMap<String>) {
        self.queueUrl = queueUrl
        self.attributes = attributes
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
