import Clockwork

extension MessageQueue {
    /// Lets go of messages that a move task carries away.
    ///
    /// - Parameters:
    ///   - candidates: The messages behind the walk's place, oldest first, without gaps.
    ///   - walk: Is carried on to the last one that was looked at.
    ///   - limit: How many at most.
    /// - Returns: Those that their targets are now to ``takeIn(_:from:now:using:)``.
    public mutating func release(
        _ candidates: [MoveCandidate], along walk: inout MoveWalk, limit: Int, now: Timestamp
    ) -> [MoveCandidate] {
        settle(now: now)
        var released: [MoveCandidate] = []
        for candidate in candidates where candidate.envelope.sequence > walk.place {
            guard released.count < limit else { break }
            let envelope = candidate.envelope
            walk.place = envelope.sequence
            guard candidate.target != nil, !isOver(envelope, now: now) else { continue }
            let group = kind == .fifo ? envelope.groupID : nil
            guard !walk.passesBy(group), canBeReleased(envelope, now: now) else {
                walk.passBy(group)
                continue
            }
            note(.released(envelope.sequence), now: now)
            released.append(candidate)
        }
        return released
    }

    /// Lets go of messages for good. What is hidden stays: a receiver may have it in hand, and may delete it or not.
    ///
    /// - Parameter envelopes: The messages as they are written down.
    /// - Returns: Those that are gone from now on.
    public mutating func discard(_ envelopes: [Envelope], now: Timestamp) -> Set<SequenceNumber> {
        settle(now: now)
        var discarded: Set<SequenceNumber> = []
        for envelope in envelopes where !isOver(envelope, now: now) && canBeReleased(envelope, now: now) {
            note(.discarded(envelope.sequence), now: now)
            discarded.insert(envelope.sequence)
        }
        return discarded
    }

    /// Takes a message that a move brings, as if it were sent now: with an id of its own, never received, of age zero.
    ///
    /// It is never taken for a repetition, for that would lose it. On a FIFO queue it keeps group and deduplication id,
    /// and stands against a repetition itself.
    ///
    /// Source: Amazon SQS Developer Guide, "Dead-letter queue redrive".
    /// - Returns: Its new id.
    @discardableResult
    public mutating func takeIn(
        _ candidate: MoveCandidate, from source: QueueID, now: Timestamp,
        using random: inout some RandomNumberGenerator
    ) -> MessageID {
        settle(now: now)
        let isFIFO = kind == .fifo
        let delay = isFIFO || attributes.delay == 0 ? nil : Duration.seconds(attributes.delay)
        let envelope = Envelope(
            sequence: takeSequence(), enqueuedAt: now, visibleAt: delay.map { now + $0 },
            groupID: candidate.envelope.groupID)
        let deduplication = candidate.deduplicationID.flatMap {
            newDeduplication(id: $0, group: candidate.envelope.groupID, now: now)
        }
        let messageID = MessageID(using: &random)
        note(
            .takenIn(
                envelope, messageID, deduplication, from: source, formerly: candidate.envelope.sequence),
            now: now)
        return messageID
    }

    /// Visible, as far as anyone can tell who has only its row. What is neither held nor untouched behind the window is
    /// gone.
    private func canBeReleased(_ envelope: Envelope, now: Timestamp) -> Bool {
        if let message = held[envelope.sequence] { return message.stage == .visible }
        return envelope.sequence > windowEnd && !envelope.isTouched && !departures.contains(envelope.sequence)
            && returnMoment(of: envelope) <= now
    }

    private func isOver(_ envelope: Envelope, now: Timestamp) -> Bool {
        envelope.enqueuedAt + .seconds(attributes.retentionPeriod) <= now
    }

    /// Nil where an earlier send of the same id still stands, whose time is not to be lengthened.
    private func newDeduplication(id: String, group: MessageGroupID?, now: Timestamp) -> Deduplication? {
        guard kind == .fifo else { return nil }
        let group = deduplicationScope == .messageGroup ? group : nil
        guard repetitions.first(DeduplicationMemory.Key(id: id, groupID: group)) == nil else { return nil }
        return Deduplication(id: id, groupID: group, until: now + Self.deduplicationSpan)
    }
}
