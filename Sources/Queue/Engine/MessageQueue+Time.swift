import Clockwork

extension MessageQueue {
    /// Does what is due: hidden messages show again, old ones go, FIFO forgets sends.
    ///
    /// Every call does this first; call it by itself so that an idle queue lets old messages go.
    public mutating func settle(now: Timestamp) {
        while let due = returns.first, due.moment <= now {
            returns.removeFirst()
            guard let message = held[due.sequence], message.stage != .visible,
                returnMoment(of: message.envelope) <= now
            else { continue }  // gone, or hidden again for longer
            show(message.envelope)
        }
        let retention = Duration.seconds(attributes.retentionPeriod)
        while let oldest = arrivals.first, held[oldest.sequence] == nil || oldest.moment + retention <= now {
            arrivals.removeFirst()
            if held[oldest.sequence] != nil { note(.expired(oldest.sequence), now: now) }
        }
        if kind == .fifo { forget(now: now) }
    }

    /// When the next hidden message shows again; nil when none is hidden.
    public mutating func nextWakeUp() -> Timestamp? {
        while let next = returns.first {
            if let message = held[next.sequence], message.stage != .visible,
                returnMoment(of: message.envelope) == next.moment
            {
                return next.moment
            }
            returns.removeFirst()
        }
        return nil
    }

    /// Takes new attributes. A FIFO queue applies another delay to messages already sent.
    public mutating func change(to attributes: QueueAttributes, now: Timestamp) {
        let isRedelayed = kind == .fifo && attributes.delay != self.attributes.delay
        self.attributes = attributes
        if isRedelayed { redelay(now: now) }
        settle(now: now)
    }

    private mutating func redelay(now: Timestamp) {
        for (sequence, message) in held where !message.envelope.isTouched {
            let moment = returnMoment(of: message.envelope)
            setStage(moment <= now ? .visible : .delayed, of: sequence)
            if moment > now { returns.add(sequence, at: moment) } else { line(up: message.envelope) }
        }
    }

    private mutating func show(_ envelope: Envelope) {
        setStage(.visible, of: envelope.sequence)
        line(up: envelope)
    }

    private mutating func forget(now: Timestamp) {
        repetitions.forget(endedBy: now)
        attempts.forget(endedBy: now)
        if repetitions.forgottenCount >= Self.forgottenAtOnce, let last = repetitions.takeForgotten() {
            note(.forgotDeduplication(upTo: last), now: now)
        }
    }

    /// Old deduplication rows go in batches, so that not every call has one to delete.
    private static let forgottenAtOnce = 500

    mutating func setStage(_ stage: Held.Stage, of sequence: SequenceNumber) {
        guard let message = held[sequence] else { return }
        held[sequence]?.stage = stage
        tally[message.stage] -= 1
        tally[stage] += 1
        if kind == .standard, let tenant = message.envelope.groupID {
            line.note(tenant, from: message.stage, to: stage)
        }
    }

    mutating func hide(_ lease: Lease, until: Timestamp) {
        held[lease.sequence]?.envelope.receiveCount = lease.receiveCount
        held[lease.sequence]?.envelope.firstReceivedAt = lease.firstReceivedAt
        hide(lease.sequence, until: until)
    }

    mutating func hide(_ sequence: SequenceNumber, until: Timestamp) {
        guard let message = held[sequence] else { return }
        if !message.envelope.isTouched {
            untouchedHeld -= 1
            leaveOutlook(sequence)
        }
        held[sequence]?.envelope.visibleAt = until
        setStage(.inFlight, of: sequence)
        returns.add(sequence, at: until)
        tidy()
    }

    mutating func remove(_ sequence: SequenceNumber) {
        guard let gone = held.removeValue(forKey: sequence) else { return }
        tally[gone.stage] -= 1
        if !gone.envelope.isTouched {
            untouchedHeld -= 1
            leaveOutlook(sequence)
        }
        if let group = gone.envelope.groupID { leave(group, gone) }
        tidy()
    }

    private mutating func leave(_ group: MessageGroupID, _ gone: Held) {
        guard kind == .fifo else { return line.note(group, from: gone.stage, to: nil) }
        if rotation.remove(gone.envelope.sequence, from: group),
            let oldest = rotation.oldest(of: group), held[oldest]?.stage == .visible
        {
            rotation.list(group)
        }
    }

    /// Keeps entries that no longer hold from piling up.
    private mutating func tidy() {
        if returns.isCrowded(holding: held.count) {
            let queue = self
            returns.keep { entry in
                guard let message = queue.held[entry.sequence], message.stage != .visible else {
                    return false
                }
                return queue.returnMoment(of: message.envelope) == entry.moment
            }
        }
        if arrivals.isCrowded(holding: held.count) {
            let held = held
            arrivals.keep { held[$0.sequence] != nil }
        }
        if line.isCrowded(holding: held.count) {
            let held = held
            line.keep { held[$0]?.stage == .visible }
        }
    }
}
