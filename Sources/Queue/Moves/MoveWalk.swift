/// One walk of a move task along its queue, from the oldest message on.
///
/// What is hidden is passed by, and in a FIFO queue its whole group with it, so that a group keeps its order; another
/// walk has to come for it.
public struct MoveWalk: Sendable {
    /// The last message that was looked at.
    public internal(set) var place = SequenceNumber.beforeAll
    /// Whether something was passed by that is to be moved.
    public private(set) var hasPassedBy = false
    private var groups: Set<MessageGroupID> = []

    public init() {}

    mutating func passBy(_ group: MessageGroupID?) {
        hasPassedBy = true
        if let group { groups.insert(group) }
    }

    func passesBy(_ group: MessageGroupID?) -> Bool { group.map(groups.contains) ?? false }
}

/// A message of a dead-letter queue, as a move task finds it written down.
public struct MoveCandidate: Sendable {
    public let envelope: Envelope
    public let deduplicationID: String?
    /// The queue that is to take it; nil leaves it where it is.
    public let target: QueueID?

    public init(_ envelope: Envelope, deduplicationID: String?, target: QueueID?) {
        self.envelope = envelope
        self.deduplicationID = deduplicationID
        self.target = target
    }
}
