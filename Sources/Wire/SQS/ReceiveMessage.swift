/// Takes messages from a queue and hides each of them until its visibility timeout ends.
///
/// Source: Amazon SQS API Reference, `ReceiveMessage`.
public struct ReceiveMessage: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// The older name of ``messageSystemAttributeNames``, which wins.
    public var attributeNames: [String]?
    /// Names, or `All`; nil tells none.
    public var messageSystemAttributeNames: [String]?
    /// Names, `prefix.*`, or `All`; nil tells none.
    public var messageAttributeNames: [String]?
    /// 1 to 10; nil means 1.
    public var maxNumberOfMessages: Int?
    /// Seconds, 0 to 43,200; nil takes the queue's own.
    public var visibilityTimeout: Int?
    /// How long to wait for a message, 0 to 20; nil takes the queue's own.
    public var waitTimeSeconds: Int?
    /// FIFO queues: the same id within five minutes answers with the same messages.
    public var receiveRequestAttemptId: String?

    public init(
        queueUrl: String, attributeNames: [String]? = nil, messageSystemAttributeNames: [String]? = nil,
        messageAttributeNames: [String]? = nil, maxNumberOfMessages: Int? = nil,
        visibilityTimeout: Int? = nil, waitTimeSeconds: Int? = nil, receiveRequestAttemptId: String? = nil
    ) {
        self.queueUrl = queueUrl
        self.attributeNames = attributeNames
        self.messageSystemAttributeNames = messageSystemAttributeNames
        self.messageAttributeNames = messageAttributeNames
        self.maxNumberOfMessages = maxNumberOfMessages
        self.visibilityTimeout = visibilityTimeout
        self.waitTimeSeconds = waitTimeSeconds
        self.receiveRequestAttemptId = receiveRequestAttemptId
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }
    public var patience: Duration { .seconds(waitTimeSeconds ?? 20) }

    public struct Output: Codable, Sendable {
        /// Nil where none was visible.
        public var messages: [ReceivedMessage]?

        public init(messages: [ReceivedMessage]? = nil) {
            self.messages = messages
        }
    }
}
