/// Lists queues by name.
///
/// Source: Amazon SQS API Reference, `ListQueues`.
public struct ListQueues: Operation {
    public typealias Service = SQS

    public var queueNamePrefix: String?
    /// 1 to 1,000.
    public var maxResults: Int?
    public var nextToken: String?

    public init(queueNamePrefix: String? = nil, maxResults: Int? = nil, nextToken: String? = nil) {
        self.queueNamePrefix = queueNamePrefix
        self.maxResults = maxResults
        self.nextToken = nextToken
    }

    public var resource: ResourceName? { .account }

    public struct Output: Codable, Sendable {
        /// Nil where no queue matches.
        public var queueUrls: [String]?
        /// Only with ``ListQueues/maxResults``, and while there are more.
        public var nextToken: String?

        public init(queueUrls: [String]? = nil, nextToken: String? = nil) {
            self.queueUrls = queueUrls
            self.nextToken = nextToken
        }
    }
}
