import Clockwork

/// What can be read of a queue beside its attributes.
public struct QueueStatus: Hashable, Sendable {
    public var arn: QueueARN
    public var createdAt: Timestamp
    public var modifiedAt: Timestamp
    public var counts: QueueCounts

    public init(arn: QueueARN, createdAt: Timestamp, modifiedAt: Timestamp, counts: QueueCounts) {
        self.arn = arn
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.counts = counts
    }
}

extension QueueAttributes {
    /// The attributes asked for, as Amazon writes them.
    ///
    /// - Parameter names: Attribute names, or `All`; none asks for none.
    /// - Throws: `InvalidAttributeName` for a name that a queue of this kind does not have.
    public func read(_ names: [String], _ status: QueueStatus) throws(QueueFault) -> [(
        name: String, value: String
    )] {
        let readable = Self.commonNames + (kind == .fifo ? Self.fifoNames : [])
        for name in names where name != "All" && !readable.contains(name) { throw .unknownAttribute(name) }
        return readable.filter { names.contains("All") || names.contains($0) }
            .compactMap { name in value(of: name, status).map { (name, $0) } }
    }

    /// The first of the given attributes whose value is another one here: what forbids to create a queue again.
    ///
    /// - Throws: As ``init(creating:)``, for attributes that no queue of this kind can have.
    public func firstDifference(from given: [(name: String, value: String)]) throws(QueueFault) -> String? {
        var wanted = self  // so that `True` is compared as `true`
        try wanted.set(given)
        return given.first { wanted.value(of: $0.name, nil) != value(of: $0.name, nil) }?.name
    }

    /// Every settable attribute that has a value: enough to make the same attributes again.
    public var settings: [(name: String, value: String)] {
        (Self.commonNames + (kind == .fifo ? Self.fifoNames : [])).compactMap { name in
            value(of: name, nil).map { (name, $0) }
        }
    }

    private func value(of name: String, _ status: QueueStatus?) -> String? {
        switch name {
        case "VisibilityTimeout": String(visibilityTimeout)
        case "DelaySeconds": String(delay)
        case "MaximumMessageSize": String(maximumMessageSize)
        case "MessageRetentionPeriod": String(retentionPeriod)
        case "ReceiveMessageWaitTimeSeconds": String(receiveWaitTime)
        case "Policy": policy
        case "RedrivePolicy": redrivePolicy?.text
        case "RedriveAllowPolicy": redriveAllowPolicy?.text
        case "SqsManagedSseEnabled": String(encryption.managedBySQS)
        case "KmsMasterKeyId": encryption.keyID
        case "KmsDataKeyReusePeriodSeconds": encryption.keyReusePeriod.map(String.init)
        case "FifoQueue": "true"
        case "ContentBasedDeduplication": String(deduplicatesByContent)
        case "DeduplicationScope": deduplicationScope.rawValue
        case "FifoThroughputLimit": throughputLimit.rawValue
        case "QueueArn": status?.arn.description
        case "CreatedTimestamp": status.map { String($0.createdAt.seconds) }
        case "LastModifiedTimestamp": status.map { String($0.modifiedAt.seconds) }
        case "ApproximateNumberOfMessages": status.map { String($0.counts.visible) }
        case "ApproximateNumberOfMessagesNotVisible": status.map { String($0.counts.inFlight) }
        case "ApproximateNumberOfMessagesDelayed": status.map { String($0.counts.delayed) }
        default: nil
        }
    }

    private static let commonNames = [
        "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed",
        "ApproximateNumberOfMessagesNotVisible", "CreatedTimestamp", "DelaySeconds",
        "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "LastModifiedTimestamp", "MaximumMessageSize",
        "MessageRetentionPeriod", "Policy", "QueueArn", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy",
        "RedrivePolicy", "SqsManagedSseEnabled", "VisibilityTimeout",
    ]
    private static let fifoNames = [
        "FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit",
    ]
}
