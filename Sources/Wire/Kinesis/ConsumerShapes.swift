import Clockwork

/// A registered consumer. Source: Amazon Kinesis API Reference, `Consumer`.
public struct ConsumerSummary: Codable, Hashable, Sendable {
    public var consumerName: String
    public var consumerARN: String
    /// `CREATING`, `ACTIVE` or `DELETING`.
    public var consumerStatus: String
    public var consumerCreationTimestamp: Timestamp

    public init(
        consumerName: String, consumerARN: String, consumerStatus: String,
        consumerCreationTimestamp: Timestamp
    ) {
        self.consumerName = consumerName
        self.consumerARN = consumerARN
        self.consumerStatus = consumerStatus
        self.consumerCreationTimestamp = consumerCreationTimestamp
    }
}

/// The same with its stream. Source: Amazon Kinesis API Reference, `ConsumerDescription`.
public struct ConsumerDescription: Codable, Hashable, Sendable {
    public var consumerName: String
    public var consumerARN: String
    public var consumerStatus: String
    public var consumerCreationTimestamp: Timestamp
    public var streamARN: String

    public init(_ summary: ConsumerSummary, streamARN: String) {
        consumerName = summary.consumerName
        consumerARN = summary.consumerARN
        consumerStatus = summary.consumerStatus
        consumerCreationTimestamp = summary.consumerCreationTimestamp
        self.streamARN = streamARN
    }
}

/// An operation on one consumer: named by its ARN, by its stream and its name, or by all of them.
public protocol ConsumerOperation: Operation where Service == Kinesis {
    var streamARN: String? { get }
    var consumerName: String? { get }
    var consumerARN: String? { get }
}

extension ConsumerOperation {
    /// Only whoever knows the stream's consumers can tell.
    public var resource: ResourceName? { nil }
}
