/// Tells how many shards and on-demand streams there are, and may be.
///
/// Source: Amazon Kinesis API Reference, `DescribeLimits`.
public struct DescribeLimits: Operation {
    public typealias Service = Kinesis

    public init() {}

    public var resource: ResourceName? { .account }

    public struct Output: Codable, Sendable {
        /// Of open shards.
        public var shardLimit: Int
        public var openShardCount: Int
        public var onDemandStreamCount: Int
        public var onDemandStreamCountLimit: Int

        public init(
            shardLimit: Int, openShardCount: Int, onDemandStreamCount: Int, onDemandStreamCountLimit: Int
        ) {
            self.shardLimit = shardLimit
            self.openShardCount = openShardCount
            self.onDemandStreamCount = onDemandStreamCount
            self.onDemandStreamCountLimit = onDemandStreamCountLimit
        }
    }
}
