import Clockwork

extension MessageQueue {
    /// How many messages may be in flight. Source: Amazon SQS Developer Guide, "Amazon SQS message quotas".
    public static let mostInFlight = 120_000

    /// Hands out visible messages and hides each of them.
    ///
    /// A message that was received too often goes to the dead-letter queue instead, and the receive goes on to others.
    /// - Parameters:
    ///   - limit: 1 to 10 messages, as in Amazon SQS.
    ///   - visibilityTimeout: How long they are hidden; nil takes the queue's own.
    ///   - attempt: Names the receive, so that a repetition within five minutes gets the same messages with the same
    ///     receipts, unless something happened to them. FIFO only.
    /// - Returns: Standard: the oldest visible first, noisy tenants' after all others. FIFO: in order within each group, as many as there are of one
    ///   group before the next. Empty when nothing is visible, or too much is in flight, or when a page is wanted.
    public mutating func receive(
        limit: Int, visibilityTimeout: Duration? = nil, attempt: String? = nil, now: Timestamp
    ) -> [Lease] {
        settle(now: now)
        let until = now + (visibilityTimeout ?? .seconds(attributes.visibilityTimeout))
        if kind == .fifo, let attempt, let repeated = repeatReceive(attempt, until: until, now: now) {
            return repeated
        }
        let room = min(limit, Self.mostInFlight - tally[.inFlight])
        let leases =
            switch kind {
            case .standard: receiveOldest(limit: room, until: until, now: now)
            case .fifo: receiveByGroups(limit: room, until: until, now: now)
            }
        if kind == .fifo, let attempt, !leases.isEmpty {
            attempts.remember(.init(leases: leases, hiddenUntil: until), as: attempt, now: now)
        }
        settle(now: now)  // with a timeout of 0 they are visible again, now that each was handed out once
        return leases
    }

    /// As ``receive(limit:visibilityTimeout:attempt:now:)``, but any visible messages of the window, picked by chance.
    ///
    /// Amazon promises no order on a standard queue, though it mostly keeps it: this is for those who rely on it.
    /// - Precondition: A standard queue.
    public mutating func receiveInDisorder(
        limit: Int, visibilityTimeout: Duration?, now: Timestamp,
        using random: inout some RandomNumberGenerator
    ) -> [Lease] {
        precondition(kind == .standard, "a FIFO queue keeps its order")
        settle(now: now)
        let until = now + (visibilityTimeout ?? .seconds(attributes.visibilityTimeout))
        let room = min(limit, Self.mostInFlight - tally[.inFlight])
        var leases: [Lease] = []
        for sequence in visibleSequences.shuffled(using: &random) where leases.count < room {
            guard let envelope = held[sequence]?.envelope else { continue }
            if let lease = handOut(envelope, until: until, now: now) { leases.append(lease) }
        }
        settle(now: now)
        return leases
    }

    /// How many of the messages in memory could be received, as far as nobody's time has come since the last call.
    public var visibleInWindow: Int { tally[.visible] }

    /// Oldest first.
    private var visibleSequences: [SequenceNumber] {
        held.values.lazy.filter { $0.stage == .visible }.map(\.envelope.sequence).sorted()
    }

    /// Shows a message again that was handed out a moment ago, so that another receiver gets it as well.
    ///
    /// On a standard queue Amazon does so now and then, for delivery is at least once; on a FIFO queue it never does.
    public mutating func showAgain(_ lease: Lease, now: Timestamp) {
        note(.rehidden(lease.sequence, at: now, until: now), now: now)
        settle(now: now)
    }

    /// True when so many messages are in flight that a receive gets none.
    public var isFullInFlight: Bool { tally[.inFlight] >= Self.mostInFlight }

    /// Who is noisy is looked at once, before the first is handed out.
    private mutating func receiveOldest(limit: Int, until: Timestamp, now: Timestamp) -> [Lease] {
        let noisy = line.noisyTenants(inFlight: tally[.inFlight])
        var leases: [Lease] = []
        while leases.count < limit, let envelope = takeNextInLine(after: noisy) {
            if let lease = handOut(envelope, until: until, now: now) { leases.append(lease) }
        }
        return leases
    }

    mutating func takeNextInLine(after noisy: Set<MessageGroupID>) -> Envelope? {
        let held = held
        let next = line.takeNext(after: noisy) { held[$0]?.stage == .visible }
        return next.flatMap { held[$0]?.envelope }
    }

    private mutating func receiveByGroups(limit: Int, until: Timestamp, now: Timestamp) -> [Lease] {
        let lap = rotation.nextTurn  // whoever was served in this receive stands behind it
        var leases: [Lease] = []
        while leases.count < limit, let group = availableGroup(before: lap) {
            rotation.unlistFirst()
            let served = leases.count
            receiveRun(of: group, into: &leases, limit: limit, until: until, now: now)
            if leases.count > served { rotation.moveToTail(group) }
        }
        return leases
    }

    /// Takes a group's leading visible messages.
    private mutating func receiveRun(
        of group: MessageGroupID, into leases: inout [Lease], limit: Int, until: Timestamp, now: Timestamp
    ) {
        var place = 0
        while leases.count < limit, let sequence = rotation.member(place, of: group),
            let message = held[sequence], message.stage == .visible
        {
            guard let lease = handOut(message.envelope, until: until, now: now) else { continue }
            leases.append(lease)
            place += 1
        }
    }

    /// Leases a message, or moves it away when it was received too often: then nil.
    private mutating func handOut(_ envelope: Envelope, until: Timestamp, now: Timestamp) -> Lease? {
        // A message that another queue dead-lettered comes with a count; it is handed out here at least once, so that
        // two queues that name each other do not pass it back and forth.
        if let target = deadLetterTarget, target != id, envelope.isTouched,
            let limit = attributes.redrivePolicy?.maxReceiveCount, envelope.receiveCount >= limit
        {
            note(.deadLettered(envelope, target: target), now: now)
            return nil
        }
        let lease = Lease(
            sequence: envelope.sequence, receiveCount: envelope.receiveCount + 1,
            firstReceivedAt: envelope.firstReceivedAt ?? now, receivedAt: now)
        note(.leased(lease, until: until), now: now)
        return lease
    }

    private mutating func repeatReceive(_ attempt: String, until: Timestamp, now: Timestamp) -> [Lease]? {
        guard let first = attempts[attempt] else { return nil }
        let isUntouchedSince = first.leases.allSatisfy { lease in
            guard let message = held[lease.sequence]?.envelope else { return false }
            return message.receiveCount == lease.receiveCount && message.visibleAt == first.hiddenUntil
        }
        guard isUntouchedSince else { return nil }
        for lease in first.leases { note(.rehidden(lease.sequence, at: now, until: until), now: now) }
        attempts.renew(attempt, hiddenUntil: until)
        settle(now: now)
        return first.leases
    }
}
