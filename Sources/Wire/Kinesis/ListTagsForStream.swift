/// Lists a stream's tags by their keys.
///
/// Source: Amazon Kinesis API Reference, `ListTagsForStream`.
public struct ListTagsForStream: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    public var exclusiveStartTagKey: String?
    /// 1 to 50; nil means 50.
    public var limit: Int?

    public init(
        streamName: String? = nil, streamARN: String? = nil, exclusiveStartTagKey: String? = nil,
        limit: Int? = nil
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.exclusiveStartTagKey = exclusiveStartTagKey
        self.limit = limit
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var tags: [ResourceTag]
        public var hasMoreTags: Bool

        public init(tags: [ResourceTag], hasMoreTags: Bool) {
            self.tags = tags
            self.hasMoreTags = hasMoreTags
        }
    }
}
