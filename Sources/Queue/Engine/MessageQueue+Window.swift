import Clockwork

/// How many untouched messages a queue keeps in memory.
public struct WindowBounds: Hashable, Sendable {
    /// A send joins the window directly while fewer than this stand in it.
    public var capacity: Int
    /// A page is wanted while fewer than this stand in it.
    public var lowWater: Int
    /// Messages in a page.
    public var page: Int
    /// How far a queue looks behind its window: FIFO in all, for a group that is not blocked; standard before each
    /// receive, for messages of quiet tenants.
    public var lookAhead: Int

    public init(capacity: Int, lowWater: Int, page: Int, lookAhead: Int) {
        self.capacity = capacity
        self.lowWater = lowWater
        self.page = page
        self.lookAhead = lookAhead
    }

    /// Source of the FIFO queue's look-ahead: Amazon SQS Developer Guide, "FIFO queue quotas": the first 120,000
    /// messages.
    public init(for kind: QueueKind) {
        switch kind {
        case .standard: self.init(capacity: 4_096, lowWater: 1_024, page: 2_048, lookAhead: 4_096)
        case .fifo: self.init(capacity: 8_192, lowWater: 2_048, page: 4_096, lookAhead: 120_000)
        }
    }
}

/// Rows that a queue wants to see: untouched ones behind `after`, in their order.
public struct WantedPage: Hashable, Sendable {
    public let after: SequenceNumber
    public let limit: Int

    public init(after: SequenceNumber, limit: Int) {
        self.after = after
        self.limit = limit
    }
}

extension MessageQueue {
    /// Which rows to load next; nil while the window has enough.
    ///
    /// Rows that are not yet on disk may be missing from the page; they are asked for again.
    public mutating func wantedPage(now: Timestamp) -> WantedPage? {
        settle(now: now)
        guard beyond > 0 else { return nil }
        let isLow = untouchedHeld - outlook.found.count < bounds.lowWater
        let isBlocked = kind == .fifo && untouchedHeld < bounds.lookAhead && availableGroup() == nil
        return isLow || isBlocked ? WantedPage(after: windowEnd, limit: bounds.page) : nil
    }

    /// Takes the rows of ``wantedPage(now:)``.
    ///
    /// - Precondition: Nothing but sends and receives happened to the queue since the page was asked for; in particular
    ///   no purge.
    public mutating func append(page: [Envelope], now: Timestamp) {
        for envelope in page where envelope.sequence > windowEnd {
            windowEnd = envelope.sequence
            let isFound = outlook.found.remove(envelope.sequence) != nil
            guard !isFound, !departures.contains(envelope.sequence) else { continue }
            beyond -= 1
            hold(envelope, now: now)
        }
        settle(now: now)
    }

    /// Puts a new message where it belongs: into memory, or behind the window.
    mutating func place(_ envelope: Envelope, now: Timestamp) {
        if envelope.isTouched {
            hold(envelope, now: now)
        } else if beyond == 0, untouchedHeld < bounds.capacity {
            windowEnd = envelope.sequence
            outlook = OutlookMemory()  // what it found stands in the window now
            hold(envelope, now: now)
        } else {
            beyond += 1
        }
    }

    /// Keeps a message in memory.
    ///
    /// A clock that was ahead when the message was written down makes it no younger than now, or it would seem delayed.
    mutating func hold(_ envelope: Envelope, now: Timestamp) {
        var envelope = envelope
        envelope.enqueuedAt = min(envelope.enqueuedAt, now)
        let returnsAt = returnMoment(of: envelope)
        let stage: Held.Stage =
            if returnsAt <= now { .visible } else if envelope.isTouched && envelope.receiveCount > 0 {
                .inFlight
            } else {
                .delayed
            }
        held[envelope.sequence] = Held(envelope: envelope, stage: stage)
        tally[stage] += 1
        if !envelope.isTouched { untouchedHeld += 1 }
        arrivals.add(envelope.sequence, at: envelope.enqueuedAt)
        if let group = envelope.groupID {
            switch kind {
            case .standard: line.note(group, from: nil, to: stage)
            case .fifo: rotation.append(envelope.sequence, to: group)
            }
        }
        if stage == .visible { line(up: envelope) } else { returns.add(envelope.sequence, at: returnsAt) }
    }

    /// From when on a message can be seen. A FIFO queue delays every untouched message by what its attribute says now.
    func returnMoment(of envelope: Envelope) -> Timestamp {
        if let visibleAt = envelope.visibleAt { return visibleAt }
        return kind == .fifo && attributes.delay > 0
            ? envelope.enqueuedAt + .seconds(attributes.delay) : envelope.enqueuedAt
    }

    /// Says that a message is visible now: it stands in line, or its group does when it is the oldest of a FIFO queue's.
    mutating func line(up envelope: Envelope) {
        guard kind == .fifo, let group = envelope.groupID else {
            return line.append(envelope.sequence, of: envelope.groupID)
        }
        if rotation.oldest(of: group) == envelope.sequence { rotation.list(group) }
    }

    /// The first group that can be served now.
    mutating func availableGroup(before end: Int = .max) -> MessageGroupID? {
        while let group = rotation.first(before: end) {
            if let oldest = rotation.oldest(of: group), held[oldest]?.stage == .visible { return group }
            rotation.unlistFirst()
        }
        return nil
    }
}
