/// Changes how long up to ten received messages are hidden; each succeeds or fails by itself.
///
/// Source: Amazon SQS API Reference, `ChangeMessageVisibilityBatch`.
public struct ChangeMessageVisibilityBatch: Operation {
    public typealias Service = SQS

    public var queueUrl: String
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
        public var receiptHandle: String
        /// Seconds, 0 to 43,200.
        public var visibilityTimeout: Int?

        public init(id: String, receiptHandle: String, visibilityTimeout: Int? = nil) {
            self.id = id
            self.receiptHandle = receiptHandle
            self.visibilityTimeout = visibilityTimeout
        }
    }

    public struct Output: Codable, Sendable {
        /// In the order of the entries; nil where all failed.
        public var successful: [BatchSuccess]?
        /// Nil where none failed.
        public var failed: [BatchFailure]?

        public init(successful: [BatchSuccess]? = nil, failed: [BatchFailure]? = nil) {
            self.successful = successful
            self.failed = failed
        }
    }
}
