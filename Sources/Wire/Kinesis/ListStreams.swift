/// Lists streams by name.
///
/// Source: Amazon Kinesis API Reference, `ListStreams`.
public struct ListStreams: Operation {
    public typealias Service = Kinesis

    /// 1 to 10,000; nil means 100, which is also the most.
    public var limit: Int?
    public var exclusiveStartStreamName: String?
    public var nextToken: String?

    public init(limit: Int? = nil, exclusiveStartStreamName: String? = nil, nextToken: String? = nil) {
        self.limit = limit
        self.exclusiveStartStreamName = exclusiveStartStreamName
        self.nextToken = nextToken
    }

    public var resource: ResourceName? { .account }

    public struct Output: Codable, Sendable {
        public var streamNames: [String]
        public var hasMoreStreams: Bool
        public var nextToken: String?
        public var streamSummaries: [StreamSummary]?

        public init(
            streamNames: [String], hasMoreStreams: Bool, nextToken: String? = nil,
            streamSummaries: [StreamSummary]? = nil
        ) {
            self.streamNames = streamNames
            self.hasMoreStreams = hasMoreStreams
            self.nextToken = nextToken
            self.streamSummaries = streamSummaries
        }
    }
}
