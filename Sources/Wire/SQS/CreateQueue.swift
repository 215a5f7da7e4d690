/// Makes a queue; making it again with the same attributes answers the same.
///
/// Source: Amazon SQS API Reference, `CreateQueue`.
public struct CreateQueue: Operation {
    public typealias Service = SQS

    /// 1 to 80 letters, digits, hyphens and underscores; a FIFO queue's name ends in `.fifo`.
    public var queueName: String
    /// Every value is text, numbers and booleans too.
    public var attributes: WireMap<String>?
    public var tags: WireMap<String>?

    public init(queueName: String, attributes: WireMap<String>? = nil, tags: WireMap<String>? = nil) {
        self.queueName = queueName
        self.attributes = attributes
        self.tags = tags
    }

    public var resource: ResourceName? { .queue(queueName) }

    enum CodingKeys: String, CodingKey {
        case queueName, attributes
        case tags = "=tags"  // Amazon spells this one small
    }

    public struct Output: Codable, Sendable {
        public var queueUrl: String

        public init(queueUrl: String) {
            self.queueUrl = queueUrl
        }
    }
}
