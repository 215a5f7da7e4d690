import Clockwork

/// One queue, by the rules of Amazon SQS.
///
/// It knows neither clock nor disk. Time and chance are arguments; what changed lies in ``takeChanges()``; bodies stay
/// with whoever keeps them. Memory holds
///
/// - every *touched* message: received at least once, or sent with a delay, and
/// - a *window* over the oldest untouched ones, in their order, and
/// - on a standard queue whose window is full of noisy tenants' messages, some of quiet ones from behind it.
///
/// The rest is only a number, so that ten million waiting messages cost what a thousand do. When the window runs low,
/// ``wantedPage(now:)`` says which rows to load and ``append(page:now:)`` takes them.
///
/// `now` must not run backwards from call to call: hand in a wall clock that is carried on by a monotonic one.
public struct MessageQueue: Sendable {
    public let id: QueueID
    public let kind: QueueKind
    public internal(set) var attributes: QueueAttributes
    /// Whether deduplication looks at groups, as it was when the queue was created: a later change of the attribute has
    /// no effect, as was observed on Amazon.
    public let deduplicationScope: QueueAttributes.DeduplicationScope
    /// The queue that takes messages received too often; nil while there is none. Such messages then stay.
    public var deadLetterTarget: QueueID?
    /// What the next message gets.
    public internal(set) var nextSequence: SequenceNumber
    let bounds: WindowBounds

    var held: [SequenceNumber: Held] = [:]
    var tally = Tally()
    /// How many of `held` are untouched: the oldest that there are, and what `outlook` found.
    var untouchedHeld = 0
    /// How many untouched messages stand behind the window, those in memory not counted.
    var beyond = 0
    /// The last message that ever stood in the window.
    var windowEnd = SequenceNumber.beforeAll
    /// What a standard queue knows of the rows behind its window.
    var outlook = OutlookMemory()
    /// Messages that were carried away or received from behind the window, for as long as their rows may tell otherwise.
    var departures = Departures()

    /// When hidden messages show again.
    var returns = Agenda()
    /// When messages came, for retention.
    var arrivals = Agenda()
    /// Visible messages of a standard queue.
    var line = FairLine()
    /// Groups of a FIFO queue.
    var rotation = GroupRotation()
    var repetitions = DeduplicationMemory()
    var attempts = ReceiveAttempts()

    private var changes: [QueueChange] = []
    /// How many changes there have been so far.
    public private(set) var changesMade = 0

    /// A new queue without messages.
    public init(id: QueueID, attributes: QueueAttributes, bounds: WindowBounds? = nil) {
        self.id = id
        self.kind = attributes.kind
        self.attributes = attributes
        self.bounds = bounds ?? WindowBounds(for: attributes.kind)
        deduplicationScope = attributes.deduplicationScope
        nextSequence = SequenceNumber.beforeAll.next
    }

    /// A queue as it was written down.
    ///
    /// - Parameter changes: How many changes there have been before, where this value takes the place of another one: it
    ///   counts on from there, so that no late confirmation of an earlier change is taken for one of a later.
    public init(
        restoring state: QueueState, now: Timestamp, bounds: WindowBounds? = nil, after changes: Int = 0
    ) {
        id = state.id
        changesMade = changes
        kind = state.attributes.kind
        attributes = state.attributes
        deduplicationScope = state.deduplicationScope
        self.bounds = bounds ?? WindowBounds(for: state.attributes.kind)
        nextSequence = state.nextSequence
        windowEnd = state.purgedUpTo
        beyond = state.untouchedCount
        for message in state.touched.sorted(by: { $0.envelope.sequence < $1.envelope.sequence }) {
            hold(message.restored(at: now), now: now)
        }
        for send in state.deduplication where send.deduplication.until > now {
            remember(send.deduplication, sequence: send.sequence, messageID: send.messageID)
        }
    }

    /// What changed since the last call, in order. To be written in one transaction.
    public mutating func takeChanges() -> [QueueChange] {
        defer { changes = [] }
        return changes
    }

    /// Whether ``confirm(changes:)`` is of any use.
    public var awaitsConfirmation: Bool { !departures.isEmpty }

    /// Says that the first so many changes are in the store, whose rows tell of them from now on.
    public mutating func confirm(changes count: Int) { departures.forget(through: count) }

    /// How many messages there are in all, in whatever state.
    public var messageCount: Int { held.count + beyond }

    /// Whether a message is in memory.
    public func holds(_ sequence: SequenceNumber) -> Bool { held[sequence] != nil }

    /// How many messages are untouched: what ``QueueState/untouchedCount`` must be when it is written down now.
    public var untouchedCount: Int { untouchedHeld + beyond }

    /// Applies a change and remembers it. The queue's messages change in no other way.
    mutating func note(_ change: QueueChange, now: Timestamp) {
        changesMade += 1
        apply(change, now: now)
        changes.append(change)
    }

    private mutating func apply(_ change: QueueChange, now: Timestamp) {
        switch change {
        case .stored(let envelope, let messageID, let deduplication),
            .takenIn(let envelope, let messageID, let deduplication, _, _):
            place(envelope, now: now)
            if let deduplication {
                remember(deduplication, sequence: envelope.sequence, messageID: messageID)
            }
        case .admitted(let envelope, _, _): place(envelope, now: now)
        case .leased(let lease, let until): hide(lease, until: until)
        case .rehidden(let sequence, _, let until): hide(sequence, until: until)
        case .deleted(let sequence), .expired(let sequence): remove(sequence)
        case .deadLettered(let envelope, _): remove(envelope.sequence)
        case .released(let sequence), .discarded(let sequence): letGo(sequence)
        case .purged: clear()
        case .forgotDeduplication: break
        }
    }

    private mutating func letGo(_ sequence: SequenceNumber) {
        guard held[sequence] == nil else { return remove(sequence) }
        beyond -= 1
        departures.add(sequence, by: changesMade)
    }

    private mutating func remember(
        _ deduplication: Deduplication, sequence: SequenceNumber, messageID: MessageID
    ) {
        repetitions.remember(
            DeduplicationMemory.Key(id: deduplication.id, groupID: deduplication.groupID),
            DeduplicationMemory.Entry(sequence: sequence, messageID: messageID), until: deduplication.until)
    }

    private mutating func clear() {
        held = [:]
        tally = Tally()
        untouchedHeld = 0
        beyond = 0
        outlook = OutlookMemory()
        departures = Departures()
        windowEnd = SequenceNumber(nextSequence.rawValue - 1)
        returns = Agenda()
        arrivals = Agenda()
        line = FairLine()
        rotation = GroupRotation()
        repetitions = DeduplicationMemory()
        attempts = ReceiveAttempts()
    }
}
