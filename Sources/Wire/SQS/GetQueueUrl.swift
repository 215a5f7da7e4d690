/// Tells the URL of a queue by its name.
///
/// Source: Amazon SQS API Reference, `GetQueueUrl`.
public struct GetQueueUrl: Operation {
    public typealias Service = SQS

    public var queueName: String
    public var queueOwnerAWSAccountId: String?

    public init(queueName: String, queueOwnerAWSAccountId: String? = nil) {
        self.queueName = queueName
        self.queueOwnerAWSAccountId = queueOwnerAWSAccountId
    }

    public var resource: ResourceName? { .queue(queueName) }

    public struct Output: Codable, Sendable {
        public var queueUrl: String

        public init(queueUrl: String) {
            self.queueUrl = queueUrl
        }
    }
}
