/// Puts one record on a stream.
///
/// Source: Amazon Kinesis API Reference, `PutRecord`.
public struct PutRecord: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    public var data: Blob
    /// 1 to 256 characters; its MD5 picks the shard. Only a stream that spreads its records can do without.
    public var partitionKey: String?
    /// Decimal, below 2^128; picks the shard instead.
    public var explicitHashKey: String?
    /// The new record's number will be greater.
    public var sequenceNumberForOrdering: String?
    /// True to have everything checked and nothing done.
    public var dryRun: Bool?

    public init(
        streamName: String? = nil, streamARN: String? = nil, data: Blob, partitionKey: String?,
        explicitHashKey: String? = nil, sequenceNumberForOrdering: String? = nil, dryRun: Bool? = nil
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.data = data
        self.partitionKey = partitionKey
        self.explicitHashKey = explicitHashKey
        self.sequenceNumberForOrdering = sequenceNumberForOrdering
        self.dryRun = dryRun
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var shardId: String
        public var sequenceNumber: String
        /// `KMS` on an encrypted stream.
        public var encryptionType: String?

        public init(shardId: String, sequenceNumber: String, encryptionType: String? = nil) {
            self.shardId = shardId
            self.sequenceNumber = sequenceNumber
            self.encryptionType = encryptionType
        }
    }
}
