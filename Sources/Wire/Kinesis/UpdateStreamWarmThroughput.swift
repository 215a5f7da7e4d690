/// Has write throughput held ready for an on-demand stream.
///
/// Source: Amazon Kinesis API Reference, `UpdateStreamWarmThroughput`.
public struct UpdateStreamWarmThroughput: Operation {
    public typealias Service = Kinesis

    public var streamName: String?
    public var streamARN: String?
    /// 0 to 10,240 MiB/s.
    public var warmThroughputMiBps: Int

    public init(streamName: String? = nil, streamARN: String? = nil, warmThroughputMiBps: Int) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.warmThroughputMiBps = warmThroughputMiBps
    }

    public var resource: ResourceName? { .stream(named: streamName, arn: streamARN) }

    public struct Output: Codable, Sendable {
        public var streamName: String
        public var streamARN: String
        public var warmThroughput: WarmThroughput

        public init(streamName: String, streamARN: String, warmThroughput: WarmThroughput) {
            self.streamName = streamName
            self.streamARN = streamARN
            self.warmThroughput = warmThroughput
        }
    }
}
