/// A tag of a stream or a consumer. Source: Amazon Kinesis API Reference, `Tag`.
public struct ResourceTag: Codable, Hashable, Sendable {
    public var key: String
    public var value: String?

    public init(key: String, value: String?) {
        self.key = key
        self.value = value
    }
}
