/// Takes tags off a queue; those that it does not have do no harm.
///
/// Source: Amazon SQS API Reference, `UntagQueue`.
public struct UntagQueue: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    public var tagKeys: [String]

    public init(queueUrl: String, tagKeys: [String]) {
        self.queueUrl = queueUrl
        self.tagKeys = tagKeys
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
}
