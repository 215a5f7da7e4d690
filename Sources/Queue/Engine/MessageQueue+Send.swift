import Clockwork

/// What a sender hears.
public struct Sent: Hashable, Sendable {
    public let messageID: MessageID
    public let sequence: SequenceNumber
    /// True when the same message was sent before, so that nothing was stored: the ids are the first one's.
    public let isRepetition: Bool
}

extension MessageQueue {
    /// Takes a message.
    ///
    /// - Parameters:
    ///   - now: When it was sent.
    ///   - random: Source of the message's id.
    /// - Throws: `InvalidParameterValue` or `MissingParameter` when it does not suit this queue.
    public mutating func send(
        _ message: SoundMessage, now: Timestamp, using random: inout some RandomNumberGenerator
    ) throws(QueueFault) -> Sent {
        try check(message)
        settle(now: now)
        let deduplication = deduplication(of: message, now: now)
        if let deduplication, let first = repetitions.first(deduplication.key) {
            return Sent(messageID: first.messageID, sequence: first.sequence, isRepetition: true)
        }
        let messageID = MessageID(using: &random)
        let envelope = Envelope(
            sequence: takeSequence(), enqueuedAt: now, visibleAt: ownDelay(of: message).map { now + $0 },
            groupID: message.groupID)
        note(.stored(envelope, messageID, deduplication?.value), now: now)
        return Sent(messageID: messageID, sequence: envelope.sequence, isRepetition: false)
    }

    /// Takes a message that another queue dead-lettered.
    ///
    /// It keeps its receive count. On a standard queue its retention goes on from the original send; on a FIFO queue it
    /// begins anew. Source: Amazon SQS Developer Guide, "Using dead-letter queues".
    public mutating func admit(_ envelope: Envelope, from source: QueueID, now: Timestamp) {
        settle(now: now)
        let admitted = Envelope(
            sequence: takeSequence(), enqueuedAt: kind == .fifo ? now : envelope.enqueuedAt,
            firstReceivedAt: envelope.firstReceivedAt, receiveCount: envelope.receiveCount,
            groupID: envelope.groupID)
        note(.admitted(admitted, from: source, formerly: envelope.sequence), now: now)
    }

    /// What depends on the queue, in Amazon's order: size, then what its kind does not know or demands.
    ///
    /// - Throws: As ``send(_:now:using:)``.
    public func check(_ message: SoundMessage) throws(QueueFault) {
        guard message.sizeBytes <= attributes.maximumMessageSize else {
            throw .tooLarge(limit: attributes.maximumMessageSize)
        }
        switch kind {
        case .standard:
            if let id = message.deduplicationID {
                throw .invalid(
                    id, for: "MessageDeduplicationId",
                    "The request includes a parameter that is not valid for this queue type.")
            }
        case .fifo:
            if let delay = message.delaySeconds, delay != 0 {
                throw .invalid(
                    delay, for: "DelaySeconds",
                    "The request include parameter that is not valid for this queue type.")
            }
            guard message.groupID != nil else { throw .missing("MessageGroupId") }
            guard message.deduplicationID != nil || attributes.deduplicatesByContent else {
                throw .noDeduplicationID
            }
        }
    }

    /// What fails a whole batch although it concerns one entry.
    ///
    /// Source: observed on Amazon, which calls it `InvalidParameterValue` there and not `MissingParameter`.
    public func checkBatch(_ drafts: [MessageDraft]) throws(QueueFault) {
        guard kind == .fifo else { return }
        guard drafts.allSatisfy({ $0.groupID != nil }) else {
            throw QueueFault(.invalidParameterValue, QueueFault.missing("MessageGroupId").message)
        }
        guard attributes.deduplicatesByContent || drafts.allSatisfy({ $0.deduplicationID != nil }) else {
            throw .noDeduplicationID
        }
    }

    mutating func takeSequence() -> SequenceNumber {
        defer { nextSequence = nextSequence.next }
        return nextSequence
    }

    /// A standard queue fixes the delay at the send. A FIFO queue delays by its attribute for as long as that holds, so
    /// its messages have no delay of their own.
    private func ownDelay(of message: SoundMessage) -> Duration? {
        guard kind == .standard else { return nil }
        let seconds = message.delaySeconds ?? attributes.delay
        return seconds > 0 ? .seconds(seconds) : nil
    }

    /// Source: Amazon SQS Developer Guide, "Exactly-once processing".
    static let deduplicationSpan = Duration.seconds(300)

    private func deduplication(
        of message: SoundMessage, now: Timestamp
    ) -> (value: Deduplication, key: DeduplicationMemory.Key)? {
        guard kind == .fifo else { return nil }
        let group = deduplicationScope == .messageGroup ? message.groupID : nil
        let id = message.deduplicationID ?? message.contentID
        return (
            Deduplication(id: id, groupID: group, until: now + Self.deduplicationSpan),
            DeduplicationMemory.Key(id: id, groupID: group)
        )
    }
}

extension SoundMessage {
    /// The deduplication id where content decides.
    public var contentID: String { MessageDigest.deduplicationID(ofBody: body) }
}
