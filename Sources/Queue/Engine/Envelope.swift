import Clockwork

/// What a queue remembers of a message: its place and its times, never its body.
public struct Envelope: Hashable, Sendable {
    public let sequence: SequenceNumber
    /// From when retention counts, and the delay of a FIFO queue: the send, or the arrival in a FIFO dead-letter queue.
    public var enqueuedAt: Timestamp
    /// Hidden until then, or hidden until then in the past.
    ///
    /// Nil while the message is *untouched*: never received from this queue and without a delay of its own. A store
    /// keeps it as NULL, so that the few touched messages can be found among millions.
    public internal(set) var visibleAt: Timestamp?
    public internal(set) var firstReceivedAt: Timestamp?
    /// Receives so far, those from the queue that dead-lettered it included.
    public internal(set) var receiveCount: Int
    /// The group that keeps its order in a FIFO queue; on a standard queue the tenant, and nil where there is none.
    public internal(set) var groupID: MessageGroupID?

    public init(
        sequence: SequenceNumber, enqueuedAt: Timestamp, visibleAt: Timestamp? = nil,
        firstReceivedAt: Timestamp? = nil, receiveCount: Int = 0, groupID: MessageGroupID? = nil
    ) {
        self.sequence = sequence
        self.enqueuedAt = enqueuedAt
        self.visibleAt = visibleAt
        self.firstReceivedAt = firstReceivedAt
        self.receiveCount = receiveCount
        self.groupID = groupID
    }

    var isTouched: Bool { visibleAt != nil }
}

/// A message that the queue holds in memory.
struct Held: Sendable {
    enum Stage: Sendable {
        /// Could be received, unless older ones of its group stand before it.
        case visible
        /// Never yet visible.
        case delayed
        /// Hidden by a receive.
        case inFlight
    }

    var envelope: Envelope
    var stage: Stage
}
