import Clockwork

/// Everything that can be set on a queue, with Amazon's defaults.
///
/// Source of ranges and defaults: Amazon SQS API Reference, `CreateQueue` and `SetQueueAttributes`.
public struct QueueAttributes: Hashable, Sendable {
    public let kind: QueueKind
    /// 0 to 43200 seconds.
    public internal(set) var visibilityTimeout = 30
    /// 0 to 900 seconds. A FIFO queue applies a change to messages already sent, a standard queue does not.
    public internal(set) var delay = 0
    /// 1024 to 1048576 bytes.
    public internal(set) var maximumMessageSize = 1_048_576
    /// 60 to 1209600 seconds.
    public internal(set) var retentionPeriod = 345_600
    /// 0 to 20 seconds.
    public internal(set) var receiveWaitTime = 0
    /// An access policy as it was given: JSON of at most 8192 bytes.
    public internal(set) var policy: String?
    public internal(set) var redrivePolicy: RedrivePolicy?
    public internal(set) var redriveAllowPolicy: RedriveAllowPolicy?
    public internal(set) var encryption = Encryption()
    /// Whether the SHA-256 of a body serves as its deduplication id. FIFO only.
    public internal(set) var deduplicatesByContent = false
    /// FIFO only.
    public internal(set) var deduplicationScope = DeduplicationScope.queue
    /// FIFO only; a quota of Amazon's, without effect here.
    public internal(set) var throughputLimit = ThroughputLimit.perQueue

    public enum DeduplicationScope: String, Hashable, Sendable { case queue, messageGroup }
    public enum ThroughputLimit: String, Hashable, Sendable { case perQueue, perMessageGroupId }

    /// What a client sees of encryption at rest.
    public struct Encryption: Hashable, Sendable {
        public internal(set) var managedBySQS = true
        public internal(set) var keyID: String?
        /// 60 to 86400 seconds; nil until a key was set.
        public internal(set) var keyReusePeriod: Int?
    }

    public init(kind: QueueKind = .standard) {
        self.kind = kind
    }
}
