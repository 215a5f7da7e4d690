/// Puts one message on a queue.
///
/// Source: Amazon SQS API Reference, `SendMessage`.
public struct SendMessage: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// UTF-8 text, 1 byte to 1 MiB together with the attributes.
    public var messageBody: String
    /// 0 to 900; nil takes the queue's own delay.
    public var delaySeconds: Int?
    /// At most 10.
    public var messageAttributes: WireMap<MessageAttribute>?
    /// Only `AWSTraceHeader` exists.
    public var messageSystemAttributes: WireMap<MessageAttribute>?
    /// FIFO queues: a repeat within five minutes stores nothing.
    public var messageDeduplicationId: String?
    /// FIFO queues: order is kept within a group.
    public var messageGroupId: String?

    public init(
        queueUrl: String, messageBody: String, delaySeconds: Int? = nil,
        messageAttributes: WireMap<MessageAttribute>? = nil,
        messageSystemAttributes: WireMap<MessageAttribute>? = nil, messageDeduplicationId: String? = nil,
        messageGroupId: String? = nil
    ) {
        self.queueUrl = queueUrl
        self.messageBody = messageBody
        self.delaySeconds = delaySeconds
        self.messageAttributes = messageAttributes
        self.messageSystemAttributes = messageSystemAttributes
        self.messageDeduplicationId = messageDeduplicationId
        self.messageGroupId = messageGroupId
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }

    public struct Output: Codable, Sendable {
        public var messageId: String
        /// Lower-case hexadecimal.
        public var md5OfMessageBody: String
        public var md5OfMessageAttributes: String?
        public var md5OfMessageSystemAttributes: String?
        /// FIFO queues only: 20 digits, growing.
        public var sequenceNumber: String?

        public init(
            messageId: String, md5OfMessageBody: String, md5OfMessageAttributes: String? = nil,
            md5OfMessageSystemAttributes: String? = nil, sequenceNumber: String? = nil
        ) {
            self.messageId = messageId
            self.md5OfMessageBody = md5OfMessageBody
            self.md5OfMessageAttributes = md5OfMessageAttributes
            self.md5OfMessageSystemAttributes = md5OfMessageSystemAttributes
            self.sequenceNumber = sequenceNumber
        }

        enum CodingKeys: String, CodingKey {
            case messageId, sequenceNumber
            case md5OfMessageBody = "=MD5OfMessageBody"
            case md5OfMessageAttributes = "=MD5OfMessageAttributes"
            case md5OfMessageSystemAttributes = "=MD5OfMessageSystemAttributes"
        }
    }
}
