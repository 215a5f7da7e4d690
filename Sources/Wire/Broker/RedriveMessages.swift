/// Sends chosen dead letters back to the queues that they came from. Amazon moves a queue's letters all together only.
public struct RedriveMessages: Operation {
    public typealias Service = BrokerControl

    /// The dead-letter queue.
    public var queueName: String
    /// 1 to 100.
    public var messageIds: [String]

    public init(queueName: String, messageIds: [String]) {
        self.queueName = queueName
        self.messageIds = messageIds
    }

    public var resource: ResourceName? { .queue(queueName) }

    public struct Output: Codable, Sendable {
        /// Oldest first.
        public var moved: [Renaming]
        /// What is not there, in a receiver's hands, or without a queue to go back to.
        public var left: [String]

        public init(moved: [Renaming], left: [String]) {
            self.moved = moved
            self.left = left
        }
    }

    /// A message, and what it is called since it was moved.
    public struct Renaming: Codable, Hashable, Sendable {
        public var formerMessageId: String
        public var messageId: String
        /// The queue that took it.
        public var queueName: String

        public init(formerMessageId: String, messageId: String, queueName: String) {
            self.formerMessageId = formerMessageId
            self.messageId = messageId
            self.queueName = queueName
        }
    }
}
