/// Has what is put from now on encrypted no more.
///
/// Source: Amazon Kinesis API Reference, `StopStreamEncryption`.
public struct StopStreamEncryption: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// `KMS`.
    public var encryptionType: String
    /// The key's id, its ARN, or an alias; 1 to 2,048 characters.
    public var keyId: String

    public init(streamName: String? = nil, streamARN: String? = nil, encryptionType: String, keyId: String) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.encryptionType = encryptionType
        self.keyId = keyId
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }
}
