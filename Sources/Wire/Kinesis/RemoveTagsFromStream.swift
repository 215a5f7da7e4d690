/// Takes tags off a stream; those that it does not have do no harm.
///
/// Source: Amazon Kinesis API Reference, `RemoveTagsFromStream`.
public struct RemoveTagsFromStream: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// 1 to 50.
    public var tagKeys: [String]

    public init(streamName: String? = nil, streamARN: String? = nil, tagKeys: [String]) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.tagKeys = tagKeys
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
