/// Puts up to ten messages on a queue; each succeeds or fails by itself.
///
/// Source: Amazon SQS API Reference, `SendMessageBatch`.
public struct SendMessageBatch: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// 1 to 10, together at most 1 MiB.
    public var entries: [Entry]

    public init(queueUrl: String, entries: [Entry]) {
        self.queueUrl = queueUrl
        self.entries = entries
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }

    /// One message of the batch.
    public struct Entry: Codable, Sendable {
        /// 1 to 80 letters, digits, hyphens and underscores, distinct in the batch.
        public var id: String
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
            id: String, messageBody: String, delaySeconds: Int? = nil,
            messageAttributes: WireMap<MessageAttribute>? = nil,
            messageSystemAttributes: WireMap<MessageAttribute>? = nil, messageDeduplicationId: String? = nil,
            messageGroupId: String? = nil
        ) {
            self.id = id
            self.messageBody = messageBody
            self.delaySeconds = delaySeconds
            self.messageAttributes = messageAttributes
            self.messageSystemAttributes = messageSystemAttributes
            self.messageDeduplicationId = messageDeduplicationId
            self.messageGroupId = messageGroupId
        }
    }

    /// A message that is on the queue.
    public struct Result: Codable, Sendable {
        public var id: String
        public var messageId: String
        /// Lower-case hexadecimal.
        public var md5OfMessageBody: String
        public var md5OfMessageAttributes: String?
        public var md5OfMessageSystemAttributes: String?
        /// FIFO queues only: 20 digits, growing.
        public var sequenceNumber: String?

        public init(
            id: String, messageId: String, md5OfMessageBody: String, md5OfMessageAttributes: String? = nil,
            md5OfMessageSystemAttributes: String? = nil, sequenceNumber: String? = nil
        ) {
            self.id = id
            self.messageId = messageId
            self.md5OfMessageBody = md5OfMessageBody
            self.md5OfMessageAttributes = md5OfMessageAttributes
            self.md5OfMessageSystemAttributes = md5OfMessageSystemAttributes
            self.sequenceNumber = sequenceNumber
        }

        enum CodingKeys: String, CodingKey {
            case id, messageId, sequenceNumber
            case md5OfMessageBody = "=MD5OfMessageBody"
            case md5OfMessageAttributes = "=MD5OfMessageAttributes"
            case md5OfMessageSystemAttributes = "=MD5OfMessageSystemAttributes"
        }
    }

    public struct Output: Codable, Sendable {
        /// In the order of the entries; nil where all failed.
        public var successful: [Result]?
        /// Nil where none failed.
        public var failed: [BatchFailure]?

        public init(successful: [Result]? = nil, failed: [BatchFailure]? = nil) {
            self.successful = successful
            self.failed = failed
        }
    }
}
