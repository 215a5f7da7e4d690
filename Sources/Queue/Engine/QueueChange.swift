import Clockwork

/// What happened, small enough to write down. A queue's messages change in no other way.
public enum QueueChange: Hashable, Sendable {
    /// A new message. A FIFO queue also remembers `deduplication` for a while.
    case stored(Envelope, MessageID, Deduplication?)
    /// Handed out and hidden.
    case leased(Lease, until: Timestamp)
    /// Its receiver asked for another moment of return.
    case rehidden(SequenceNumber, at: Timestamp, until: Timestamp)
    case deleted(SequenceNumber)
    /// Older than the queue keeps messages.
    case expired(SequenceNumber)
    /// Received too often: gone from here, for `target` to ``MessageQueue/admit(_:from:now:)``.
    case deadLettered(Envelope, target: QueueID)
    /// Came from another queue, where it stood at `formerly`; its body comes along.
    case admitted(Envelope, from: QueueID, formerly: SequenceNumber)
    /// Carried away by a move task, for its target to ``MessageQueue/takeIn(_:from:now:using:)``.
    case released(SequenceNumber)
    /// A person has decided that it is not wanted any more.
    case discarded(SequenceNumber)
    /// Brought by a move task from another queue, where it stood at `formerly`: new in all but its content.
    case takenIn(Envelope, MessageID, Deduplication?, from: QueueID, formerly: SequenceNumber)
    /// Everything up to here is gone, and what FIFO remembered of sends too.
    case purged(upTo: SequenceNumber)
    /// Sends up to here no longer stand against a repetition.
    case forgotDeduplication(upTo: SequenceNumber)
}

/// A message handed out.
public struct Lease: Hashable, Sendable {
    public let sequence: SequenceNumber
    /// This receive included.
    public let receiveCount: Int
    public let firstReceivedAt: Timestamp
    public let receivedAt: Timestamp

    public init(
        sequence: SequenceNumber, receiveCount: Int, firstReceivedAt: Timestamp, receivedAt: Timestamp
    ) {
        self.sequence = sequence
        self.receiveCount = receiveCount
        self.firstReceivedAt = firstReceivedAt
        self.receivedAt = receivedAt
    }
}

/// A send that stands against its repetition.
public struct Deduplication: Hashable, Sendable {
    public let id: String
    /// The group within which the id counts; nil where it counts in the whole queue.
    public let groupID: MessageGroupID?
    /// Until then, and not longer, however often it is repeated.
    public let until: Timestamp

    public init(id: String, groupID: MessageGroupID?, until: Timestamp) {
        self.id = id
        self.groupID = groupID
        self.until = until
    }
}
