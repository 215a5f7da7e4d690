import Clockwork

/// A queue as a store brings it back after a restart.
public struct QueueState: Sendable {
    public var id: QueueID
    public var attributes: QueueAttributes
    /// As it was when the queue was created.
    public var deduplicationScope: QueueAttributes.DeduplicationScope
    public var nextSequence: SequenceNumber
    /// Messages up to here were purged, although their rows may still be there.
    public var purgedUpTo: SequenceNumber
    /// How many messages have no ``Envelope/visibleAt``.
    public var untouchedCount: Int
    /// Every message that has one.
    public var touched: [TouchedMessage]
    /// Sends that still stand against their repetition, oldest first.
    public var deduplication: [(sequence: SequenceNumber, messageID: MessageID, deduplication: Deduplication)]

    public init(
        id: QueueID, attributes: QueueAttributes, deduplicationScope: QueueAttributes.DeduplicationScope,
        nextSequence: SequenceNumber, purgedUpTo: SequenceNumber = .beforeAll, untouchedCount: Int,
        touched: [TouchedMessage],
        deduplication: [(sequence: SequenceNumber, messageID: MessageID, deduplication: Deduplication)]
    ) {
        self.id = id
        self.attributes = attributes
        self.deduplicationScope = deduplicationScope
        self.nextSequence = nextSequence
        self.purgedUpTo = purgedUpTo
        self.untouchedCount = untouchedCount
        self.touched = touched
        self.deduplication = deduplication
    }
}

/// A message that was hidden at least once.
public struct TouchedMessage: Hashable, Sendable {
    public var envelope: Envelope
    /// When its ``Envelope/visibleAt`` was decided.
    public var hiddenAt: Timestamp

    public init(_ envelope: Envelope, hiddenAt: Timestamp) {
        self.envelope = envelope
        self.hiddenAt = hiddenAt
    }

    /// The message at a start: hidden for what remains, and never for longer than it was to be in the first place, even
    /// when the wall clock was turned back while nobody looked.
    func restored(at now: Timestamp) -> Envelope {
        guard let visibleAt = envelope.visibleAt else { return envelope }
        var restored = envelope
        restored.visibleAt = min(visibleAt, now + max(visibleAt - hiddenAt, .zero))
        return restored
    }
}
