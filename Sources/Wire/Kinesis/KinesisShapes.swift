import Clockwork

/// How a stream's capacity is managed: `PROVISIONED` or `ON_DEMAND`.
public struct StreamModeDetails: Codable, Hashable, Sendable {
    public var streamMode: String

    public init(streamMode: String) {
        self.streamMode = streamMode
    }
}

/// A stream and its shards. Source: Amazon Kinesis API Reference, `StreamDescription`.
public struct StreamDescription: Codable, Sendable {
    public var streamName: String
    public var streamARN: String
    /// `CREATING`, `ACTIVE`, `UPDATING` or `DELETING`.
    public var streamStatus: String
    public var streamModeDetails: StreamModeDetails?
    public var shards: [ShardDescription]
    public var hasMoreShards: Bool
    public var retentionPeriodHours: Int
    public var streamCreationTimestamp: Timestamp
    public var enhancedMonitoring: [EnhancedMetrics]
    /// `NONE` or `KMS`.
    public var encryptionType: String?
    public var keyId: String?

    public init(
        streamName: String, streamARN: String, streamStatus: String, streamModeDetails: StreamModeDetails?,
        shards: [ShardDescription], hasMoreShards: Bool, retentionPeriodHours: Int,
        streamCreationTimestamp: Timestamp,
        enhancedMonitoring: [EnhancedMetrics] = [EnhancedMetrics(shardLevelMetrics: [])],
        encryptionType: String? = "NONE", keyId: String? = nil
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.streamStatus = streamStatus
        self.streamModeDetails = streamModeDetails
        self.shards = shards
        self.hasMoreShards = hasMoreShards
        self.retentionPeriodHours = retentionPeriodHours
        self.streamCreationTimestamp = streamCreationTimestamp
        self.enhancedMonitoring = enhancedMonitoring
        self.encryptionType = encryptionType
        self.keyId = keyId
    }
}

/// A stream without its shards. Source: Amazon Kinesis API Reference, `StreamDescriptionSummary`.
public struct StreamDescriptionSummary: Codable, Sendable {
    public var streamName: String
    public var streamARN: String
    public var streamStatus: String
    public var streamModeDetails: StreamModeDetails?
    public var retentionPeriodHours: Int
    public var streamCreationTimestamp: Timestamp
    public var enhancedMonitoring: [EnhancedMetrics]
    /// `NONE` or `KMS`.
    public var encryptionType: String?
    public var keyId: String?
    public var openShardCount: Int
    public var consumerCount: Int?
    public var maxRecordSizeInKiB: Int?
    public var warmThroughput: WarmThroughput?
    /// `AUTO` or `USER_PARTITION_KEY`; nil for a provisioned stream.
    public var recordDistributionStrategy: String?

    public init(
        streamName: String, streamARN: String, streamStatus: String, streamModeDetails: StreamModeDetails?,
        retentionPeriodHours: Int, streamCreationTimestamp: Timestamp,
        enhancedMonitoring: [EnhancedMetrics] = [EnhancedMetrics(shardLevelMetrics: [])],
        encryptionType: String? = "NONE", keyId: String? = nil, openShardCount: Int,
        consumerCount: Int? = 0, maxRecordSizeInKiB: Int? = 1_024, warmThroughput: WarmThroughput? = nil,
        recordDistributionStrategy: String? = nil
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.streamStatus = streamStatus
        self.streamModeDetails = streamModeDetails
        self.retentionPeriodHours = retentionPeriodHours
        self.streamCreationTimestamp = streamCreationTimestamp
        self.enhancedMonitoring = enhancedMonitoring
        self.encryptionType = encryptionType
        self.keyId = keyId
        self.openShardCount = openShardCount
        self.consumerCount = consumerCount
        self.maxRecordSizeInKiB = maxRecordSizeInKiB
        self.warmThroughput = warmThroughput
        self.recordDistributionStrategy = recordDistributionStrategy
    }
}

/// Write throughput that is held ready, in MiB/s. Source: Amazon Kinesis API Reference, `WarmThroughputObject`.
public struct WarmThroughput: Codable, Hashable, Sendable {
    public var targetMiBps: Int
    public var currentMiBps: Int

    /// What was asked for is there at once.
    public init(_ mibps: Int) {
        targetMiBps = mibps
        currentMiBps = mibps
    }
}

/// A line of ListStreams. Source: Amazon Kinesis API Reference, `StreamSummary`.
public struct StreamSummary: Codable, Sendable {
    public var streamName: String
    public var streamARN: String
    public var streamStatus: String
    public var streamModeDetails: StreamModeDetails?
    public var streamCreationTimestamp: Timestamp

    public init(
        streamName: String, streamARN: String, streamStatus: String, streamModeDetails: StreamModeDetails?,
        streamCreationTimestamp: Timestamp
    ) {
        self.streamName = streamName
        self.streamARN = streamARN
        self.streamStatus = streamStatus
        self.streamModeDetails = streamModeDetails
        self.streamCreationTimestamp = streamCreationTimestamp
    }
}

/// Metrics that Amazon would count for each shard.
public struct EnhancedMetrics: Codable, Hashable, Sendable {
    public var shardLevelMetrics: [String]

    public init(shardLevelMetrics: [String]) {
        self.shardLevelMetrics = shardLevelMetrics
    }
}

/// A shard. Source: Amazon Kinesis API Reference, `Shard`.
public struct ShardDescription: Codable, Hashable, Sendable {
    public var shardId: String
    public var parentShardId: String?
    public var adjacentParentShardId: String?
    public var hashKeyRange: HashKeyRange
    public var sequenceNumberRange: SequenceNumberRange

    public init(
        shardId: String, parentShardId: String? = nil, adjacentParentShardId: String? = nil,
        hashKeyRange: HashKeyRange, sequenceNumberRange: SequenceNumberRange
    ) {
        self.shardId = shardId
        self.parentShardId = parentShardId
        self.adjacentParentShardId = adjacentParentShardId
        self.hashKeyRange = hashKeyRange
        self.sequenceNumberRange = sequenceNumberRange
    }
}

/// The hash keys of a shard, both ends inside, in decimal.
public struct HashKeyRange: Codable, Hashable, Sendable {
    public var startingHashKey: String
    public var endingHashKey: String

    public init(startingHashKey: String, endingHashKey: String) {
        self.startingHashKey = startingHashKey
        self.endingHashKey = endingHashKey
    }
}

/// The sequence numbers of a shard; the end is there only once it is closed.
public struct SequenceNumberRange: Codable, Hashable, Sendable {
    public var startingSequenceNumber: String
    public var endingSequenceNumber: String?

    public init(startingSequenceNumber: String, endingSequenceNumber: String? = nil) {
        self.startingSequenceNumber = startingSequenceNumber
        self.endingSequenceNumber = endingSequenceNumber
    }
}

/// Which shards ListShards tells. Source: Amazon Kinesis API Reference, `ShardFilter`.
public struct ShardFilter: Codable, Hashable, Sendable {
    /// `AFTER_SHARD_ID`, `AT_TRIM_HORIZON`, `FROM_TRIM_HORIZON`, `AT_LATEST`, `AT_TIMESTAMP` or `FROM_TIMESTAMP`.
    public var type: String
    public var shardId: String?
    public var timestamp: Timestamp?

    public init(type: String, shardId: String? = nil, timestamp: Timestamp? = nil) {
        self.type = type
        self.shardId = shardId
        self.timestamp = timestamp
    }
}

/// A record as a reader sees it. Source: Amazon Kinesis API Reference, `Record`.
public struct StreamRecord: Codable, Hashable, Sendable {
    public var sequenceNumber: String
    public var approximateArrivalTimestamp: Timestamp
    public var data: Blob
    public var partitionKey: String
    /// `KMS` if the stream was encrypted when it was put.
    public var encryptionType: String?

    public init(
        sequenceNumber: String, approximateArrivalTimestamp: Timestamp, data: Blob, partitionKey: String,
        encryptionType: String? = nil
    ) {
        self.sequenceNumber = sequenceNumber
        self.approximateArrivalTimestamp = approximateArrivalTimestamp
        self.data = data
        self.partitionKey = partitionKey
        self.encryptionType = encryptionType
    }
}

/// A shard that goes on where a closed one ended. Source: Amazon Kinesis API Reference, `ChildShard`.
public struct ChildShard: Codable, Hashable, Sendable {
    public var shardId: String
    public var parentShards: [String]
    public var hashKeyRange: HashKeyRange

    public init(shardId: String, parentShards: [String], hashKeyRange: HashKeyRange) {
        self.shardId = shardId
        self.parentShards = parentShards
        self.hashKeyRange = hashKeyRange
    }
}
