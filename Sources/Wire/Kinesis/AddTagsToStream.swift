/// Adds tags to a stream, or overwrites them.
///
/// Source: Amazon Kinesis API Reference, `AddTagsToStream`.
public struct AddTagsToStream: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// 1 to 200; a stream has 50 at most.
    public var tags: WireMap<String>

    public init(streamName: String? = nil, streamARN: String? = nil, tags: WireMap<String>) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.tags = tags
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
