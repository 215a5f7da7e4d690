import Clockwork

/// How much a shard takes and tells in a second.
///
/// Source: Amazon Kinesis Data Streams Developer Guide, "Quotas and limits": 1 MiB and 1,000 records written, 5 calls of
/// GetRecords and 2 MiB read, all readers together; 5 calls of GetShardIterator; and 2 MiB pushed to each consumer.
public struct ShardThroughput: Hashable, Sendable {
    private var writtenBytes: TokenBucket
    private var writtenRecords: TokenBucket
    private var reads: TokenBucket
    private var readBytes: TokenBucket
    private var iterators: TokenBucket

    private static let bytesTold: Double = 2_097_152

    /// - Parameter now: By a clock that never jumps.
    public init(now: Duration) {
        writtenBytes = TokenBucket(perSecond: 1_048_576, now: now)
        writtenRecords = TokenBucket(perSecond: 1_000, now: now)
        reads = TokenBucket(perSecond: 5, now: now)
        readBytes = TokenBucket(perSecond: Self.bytesTold, now: now)
        iterators = TokenBucket(perSecond: 5, now: now)
    }

    /// Whether a record may be put now, which then counts.
    ///
    /// - Parameter bytes: Of data and partition key. A large record may go over, and others wait for it.
    public mutating func admitsRecord(of bytes: Int, now: Duration) -> Bool {
        guard writtenRecords.has(1, now: now), writtenBytes.has(Double(bytes), now: now) else { return false }
        writtenRecords.take(1)
        writtenBytes.take(Double(bytes))
        return true
    }

    /// Whether GetRecords may be called now, which then counts.
    public mutating func admitsRead(now: Duration) -> Bool {
        readBytes.isOpen(now: now) && reads.takeOne(now: now)
    }

    /// Whether an iterator may be asked for now, which then counts.
    public mutating func admitsIterator(now: Duration) -> Bool { iterators.takeOne(now: now) }

    /// What a consumer has pushed of a shard: apart from what others read.
    public static func pushed(now: Duration) -> TokenBucket { TokenBucket(perSecond: bytesTold, now: now) }

    /// Counts what a call has told. After 10 MiB, the next calls are refused for five seconds.
    public mutating func noteRead(of bytes: Int) { readBytes.spill(Double(bytes)) }
}
