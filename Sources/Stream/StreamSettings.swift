import Clockwork

/// How a stream's capacity is managed.
public enum StreamMode: String, Hashable, Sendable, CaseIterable {
    case provisioned = "PROVISIONED"
    case onDemand = "ON_DEMAND"
}

/// What decides in which shard a record is put.
public enum RecordDistribution: String, Hashable, Sendable, CaseIterable {
    /// Each shard in turn, whatever the key.
    case auto = "AUTO"
    case partitionKey = "USER_PARTITION_KEY"
}

/// What Amazon would count of each shard, in the order in which it tells them.
public enum ShardMetric: String, Hashable, Sendable, CaseIterable {
    case incomingBytes = "IncomingBytes"
    case incomingRecords = "IncomingRecords"
    case outgoingBytes = "OutgoingBytes"
    case outgoingRecords = "OutgoingRecords"
    case writeThrottled = "WriteProvisionedThroughputExceeded"
    case readThrottled = "ReadProvisionedThroughputExceeded"
    case iteratorAge = "IteratorAgeMilliseconds"

    /// The metrics of these names; `ALL` stands for every one.
    public static func named(_ names: [String]) -> Set<ShardMetric> {
        names.contains("ALL") ? Set(allCases) : Set(names.compactMap(ShardMetric.init))
    }
}

/// What the owner of a stream has set.
public struct StreamSettings: Hashable, Sendable {
    public var mode: StreamMode
    /// The size of the largest record it takes, data and partition key together; 1,024 to 10,240.
    public var maxRecordKiB: Int
    public var retention = Retention()
    /// The key with which Amazon would encrypt what is put; nil for none.
    public var keyID: String?
    public var metrics: Set<ShardMetric> = []
    /// Write throughput held ready for an on-demand stream; nil where none was asked for.
    public var warmMiBps: Int?
    public var distribution = RecordDistribution.partitionKey
    public var recentCalls = RecentCalls()

    public init(mode: StreamMode = .provisioned, maxRecordKiB: Int = 1_024) {
        self.mode = mode
        self.maxRecordKiB = maxRecordKiB
    }

    /// `KMS` or `NONE`.
    public var encryptionType: String { keyID == nil ? "NONE" : "KMS" }

    /// The names of what is counted, in Amazon's order.
    public var metricNames: [String] {
        ShardMetric.allCases.filter(metrics.contains).map(\.rawValue)
    }

    /// Has capacity managed otherwise. What only an on-demand stream can have ends with that mode.
    public mutating func change(to mode: StreamMode) {
        self.mode = mode
        guard mode == .provisioned else { return }
        warmMiBps = nil
        distribution = .partitionKey
    }

    /// Holds throughput ready, which only on-demand streams do.
    ///
    /// - Parameter isCommitted: Whether the account has committed itself to a minimum of throughput.
    /// - Throws: `ValidationException`, and `InvalidArgumentException` for more than 10 GiB/s.
    public mutating func warm(to mibps: Int, isCommitted: Bool, of stream: String) throws(StreamFault) {
        guard mode == .onDemand, isCommitted else {
            throw StreamFault(
                "ValidationException",
                """
                Warm throughput of stream \(stream) can be set in ON_DEMAND mode only, once UpdateAccountSettings has \
                enabled MinimumThroughputBillingCommitment.
                """)
        }
        guard (0...10_240).contains(mibps) else {
            throw .invalidArgument("Warm throughput is at most 10240 MiB/s; the request asks for \(mibps).")
        }
        warmMiBps = mibps
    }

    /// - Throws: `InvalidArgumentException` for a provisioned stream that shall spread its records.
    public mutating func distribute(by distribution: RecordDistribution, of stream: String)
        throws(StreamFault)
    {
        guard mode == .onDemand || distribution == .partitionKey else {
            throw .invalidArgument(
                "Stream \(stream) is PROVISIONED. AUTO distribution needs a stream in ON_DEMAND mode.")
        }
        self.distribution = distribution
    }
}
