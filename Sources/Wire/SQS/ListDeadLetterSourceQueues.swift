/// Lists the queues that send their dead letters to this one.
///
/// Source: Amazon SQS API Reference, `ListDeadLetterSourceQueues`.
public struct ListDeadLetterSourceQueues: Operation {
    public typealias Service = SQS

    public var queueUrl: String
    /// 1 to 1,000.
    public var maxResults: Int?
    public var nextToken: String?

    public init(queueUrl: String, maxResults: Int? = nil, nextToken: String? = nil) {
        self.queueUrl = queueUrl
        self.maxResults = maxResults
        self.nextToken = nextToken
    }

    public var resource: ResourceName? { .queue(url: queueUrl) }

    public struct Output: Codable, Sendable {
        /// Nil where there is none.
        public var queueUrls: [String]?
        /// Only with ``ListDeadLetterSourceQueues/maxResults``, and while there are more.
        public var nextToken: String?

        public init(queueUrls: [String]? = nil, nextToken: String? = nil) {
            self.queueUrls = queueUrls
            self.nextToken = nextToken
        }

        enum CodingKeys: String, CodingKey {
            case queueUrls = "=queueUrls"
            case nextToken
        }
    }
}
