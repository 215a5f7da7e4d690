import Clockwork

/// Lists the consumers of a stream.
///
/// Source: Amazon Kinesis API Reference, `ListStreamConsumers`.
public struct ListStreamConsumers: Operation {
    public typealias Service = Kinesis

    public var streamARN: String
    public var nextToken: String?
    /// 1 to 100, which nil means.
    public var maxResults: Int?
    /// Tells streams of the same name apart.
    public var streamCreationTimestamp: Timestamp?

    public init(
        streamARN: String, nextToken: String? = nil, maxResults: Int? = nil,
        streamCreationTimestamp: Timestamp? = nil
    ) {
        self.streamARN = streamARN
        self.nextToken = nextToken
        self.maxResults = maxResults
        self.streamCreationTimestamp = streamCreationTimestamp
    }

    public var resource: ResourceName? { .stream(named: nil, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var consumers: [ConsumerSummary]
        public var nextToken: String?

        public init(consumers: [ConsumerSummary], nextToken: String? = nil) {
            self.consumers = consumers
            self.nextToken = nextToken
        }
    }
}
