/// Reads records behind an iterator.
///
/// Source: Amazon Kinesis API Reference, `GetRecords`.
public struct GetRecords: Operation {
    public typealias Service = Kinesis

    public var shardIterator: String
    /// 1 to 10,000; nil means 10,000.
    public var limit: Int?
    public var streamARN: String?
    /// True to have everything checked and nothing done.
    public var dryRun: Bool?

    public init(shardIterator: String, limit: Int? = nil, streamARN: String? = nil, dryRun: Bool? = nil) {
        self.shardIterator = shardIterator
        self.limit = limit
        self.streamARN = streamARN
        self.dryRun = dryRun
    }

    public var resource: ResourceName? { nil }

    public struct Output: Codable, Sendable {
        public var records: [StreamRecord]
        /// Nil at the end of a closed shard.
        public var nextShardIterator: String?
        public var millisBehindLatest: Int64
        /// Only at the end of a closed shard.
        public var childShards: [ChildShard]?

        public init(
            records: [StreamRecord], nextShardIterator: String? = nil, millisBehindLatest: Int64,
            childShards: [ChildShard]? = nil
        ) {
            self.records = records
            self.nextShardIterator = nextShardIterator
            self.millisBehindLatest = millisBehindLatest
            self.childShards = childShards
        }
    }
}
