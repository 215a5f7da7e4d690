import Clockwork

/// Waits until some shard has records behind its iterator, and tells which.
///
/// Ours, not Amazon's, which answers `UnknownOperationException`: a reader that meets that polls instead. One call
/// watches all shards of a stream, so an event reaches its handler as soon as it is durable.
public struct AwaitRecords: Operation {
    public typealias Service = Kinesis

    public var streamName: String
    /// One for each shard to watch, as GetShardIterator and GetRecords tell them.
    public var shardIterators: [String]
    /// How long to wait, 0 to 20 seconds.
    public var waitTimeSeconds: Int

    public init(streamName: String, shardIterators: [String], waitTimeSeconds: Int) {
        self.streamName = streamName
        self.shardIterators = shardIterators
        self.waitTimeSeconds = waitTimeSeconds
    }

    public var resource: ResourceName? { .stream(streamName) }
    public var patience: Duration { .seconds(waitTimeSeconds) }

    public struct Output: Codable, Sendable {
        /// Places in ``AwaitRecords/shardIterators`` behind which there is something to read; empty after the wait.
        public var ready: [Int]

        public init(ready: [Int]) {
            self.ready = ready
        }
    }
}
