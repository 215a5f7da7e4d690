/// Removes dead letters for good, and puts on record who did it and why, in the same commit.
///
/// To delete a message one has to have received it, and nobody can tell afterwards that it was not lost.
public struct DiscardMessages: Operation {
    public typealias Service = BrokerControl

    /// The dead-letter queue.
    public var queueName: String
    /// 1 to 100.
    public var messageIds: [String]
    /// Why, for whoever asks later: 1 to 1,000 characters, not only white space.
    public var reason: String

    public init(queueName: String, messageIds: [String], reason: String) {
        self.queueName = queueName
        self.messageIds = messageIds
        self.reason = reason
    }

    public var resource: ResourceName? { .queue(queueName) }

    public struct Output: Codable, Sendable {
        /// Oldest first.
        public var discarded: [String]
        /// What is not there, or in a receiver's hands.
        public var left: [String]

        public init(discarded: [String], left: [String]) {
            self.discarded = discarded
            self.left = left
        }
    }
}
