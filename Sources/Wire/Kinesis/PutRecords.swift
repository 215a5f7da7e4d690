/// Puts up to 500 records on a stream; each succeeds or fails by itself.
///
/// Source: Amazon Kinesis API Reference, `PutRecords`.
public struct PutRecords: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// 1 to 500, together at most 10 MiB.
    public var records: [Entry]
    /// True to have everything checked and nothing done.
    public var dryRun: Bool?

    public init(streamName: String? = nil, streamARN: String? = nil, records: [Entry], dryRun: Bool? = nil) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.records = records
        self.dryRun = dryRun
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    /// One record of the batch.
    public struct Entry: Codable, Sendable {
        public var data: Blob
        /// As in ``PutRecord``.
        public var partitionKey: String?
        public var explicitHashKey: String?

        public init(data: Blob, partitionKey: String?, explicitHashKey: String? = nil) {
            self.data = data
            self.partitionKey = partitionKey
            self.explicitHashKey = explicitHashKey
        }
    }

    /// What became of one record: a place, or an error.
    public struct Result: Codable, Sendable {
        public var shardId: String?
        public var sequenceNumber: String?
        public var errorCode: String?
        public var errorMessage: String?

        public init(
            shardId: String? = nil, sequenceNumber: String? = nil, errorCode: String? = nil,
            errorMessage: String? = nil
        ) {
            self.shardId = shardId
            self.sequenceNumber = sequenceNumber
            self.errorCode = errorCode
            self.errorMessage = errorMessage
        }
    }

    public struct Output: Codable, Sendable {
        /// 0 where all went well.
        public var failedRecordCount: Int
        /// In the order of the entries.
        public var records: [Result]
        /// `KMS` on an encrypted stream.
        public var encryptionType: String?

        public init(failedRecordCount: Int, records: [Result], encryptionType: String? = nil) {
            self.failedRecordCount = failedRecordCount
            self.records = records
            self.encryptionType = encryptionType
        }
    }
}
