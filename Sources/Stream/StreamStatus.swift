import Clockwork

/// Where a stream is in its life.
public enum StreamStatus: String, Hashable, Sendable {
    case creating = "CREATING"
    case active = "ACTIVE"
    case updating = "UPDATING"
    case deleting = "DELETING"

    /// Whether records can be put and read. Source: observed on Amazon Kinesis; of a stream that goes, our choice.
    public var takesRecords: Bool { self == .active || self == .updating }
}

/// A stream's way to its next state, which takes Amazon some seconds.
public struct StreamTransition: Hashable, Sendable {
    /// The state in which it is until then.
    public var status: StreamStatus
    public var end: Timestamp
    /// What becomes of its shards at the end.
    public var resharding: Resharding?

    public init(_ status: StreamStatus, until end: Timestamp, resharding: Resharding? = nil) {
        self.status = status
        self.end = end
        self.resharding = resharding
    }
}
