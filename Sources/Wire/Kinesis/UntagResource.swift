/// Takes tags off a stream or a consumer; those that it does not have do no harm.
///
/// Source: Amazon Kinesis API Reference, `UntagResource`.
public struct UntagResource: Operation {
    public typealias Service = Kinesis

    /// Of a stream or a consumer.
    public var resourceARN: String
    /// 1 to 50.
    public var tagKeys: [String]

    public init(resourceARN: String, tagKeys: [String]) {
        self.resourceARN = resourceARN
        self.tagKeys = tagKeys
    }

    public var resource: ResourceName? { .stream(owning: resourceARN) }
}
