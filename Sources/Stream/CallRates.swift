import Clockwork

/// How often an account may call the operations that look after streams, in each region.
///
/// Source: Amazon Kinesis API Reference, the limit of each operation. Those that a stream or a shard bears so many of,
/// and those without a limit, are admitted always.
public struct CallRates: Sendable {
    private static let perSecond: [String: Double] = [
        "CreateStream": 5, "DeleteStream": 5, "DescribeStream": 10, "DescribeStreamSummary": 20,
        "ListStreams": 5, "SplitShard": 5, "MergeShards": 5, "UpdateStreamWarmThroughput": 5,
        "ListTagsForStream": 5, "RegisterStreamConsumer": 5, "DescribeLimits": 1,
        "DescribeAccountSettings": 5, "UpdateAccountSettings": 5,
    ]

    private struct Call: Hashable {
        let operation: String
        let region: String
    }

    private var buckets: [Call: TokenBucket] = [:]

    public init() {}

    /// Whether an operation may be called now, which then counts.
    ///
    /// - Parameter now: By a clock that never jumps.
    public mutating func admits(_ operation: String, in region: String, now: Duration) -> Bool {
        guard let most = Self.perSecond[operation] else { return true }
        let call = Call(operation: operation, region: region)
        return buckets[call, default: TokenBucket(perSecond: most, now: now)].takeOne(now: now)
    }
}
