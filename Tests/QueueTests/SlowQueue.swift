import Clockwork
import Queue

/// SQS told as plainly as it can be: one list of messages, looked through from the front each time.
///
/// Shares no code with the engine but the values that go in and out.
struct SlowQueue {
    struct Message {
        let sequence: SequenceNumber
        let group: String?
        let sentAt: Timestamp
        var delayedUntil: Timestamp?
        var hiddenUntil: Timestamp?
        var receiveCount = 0
    }

    let kind: QueueKind
    var delay: Duration
    let retention: Duration
    let mostReceives: Int
    private(set) var messages: [Message] = []
    private var sends: [(id: String, sequence: SequenceNumber, until: Timestamp)] = []
    private var rotation: [String] = []
    private var nextSequence = SequenceNumber.beforeAll.next

    init(kind: QueueKind, delay: Duration, retention: Duration, mostReceives: Int) {
        self.kind = kind
        self.delay = delay
        self.retention = retention
        self.mostReceives = mostReceives
    }

    func isVisible(_ message: Message, _ now: Timestamp) -> Bool {
        if let hiddenUntil = message.hiddenUntil { return hiddenUntil <= now }
        if kind == .fifo { return message.sentAt + delay <= now }
        return message.delayedUntil.map { $0 <= now } ?? true
    }

    mutating func letOldGo(_ now: Timestamp) {
        messages.removeAll { $0.sentAt + retention <= now }
        sends.removeAll { $0.until <= now }
        leaveEmptyGroups()
    }

    mutating func send(group: String?, id: String?, delay ownDelay: Duration?, now: Timestamp)
        -> SequenceNumber
    {
        if let id, let first = sends.first(where: { $0.id == id }) { return first.sequence }
        let sequence = nextSequence
        nextSequence = nextSequence.next
        messages.append(
            Message(
                sequence: sequence, group: group, sentAt: now,
                delayedUntil: kind == .standard ? now + (ownDelay ?? delay) : nil))
        if let id { sends.append((id, sequence, now + .seconds(300))) }
        if let group, !rotation.contains(group) { rotation.append(group) }
        return sequence
    }

    /// What a message may do now, when a receive comes to it.
    enum Fate: Hashable {
        case handedOut
        case deadLettered
    }

    func fate(of message: Message) -> Fate {
        message.receiveCount >= mostReceives ? .deadLettered : .handedOut
    }

    mutating func receive(limit: Int, timeout: Duration, now: Timestamp) -> [SequenceNumber] {
        var received: [SequenceNumber] = []
        func visibleRun(_ candidates: [Message]) -> [Message] {
            Array(candidates.prefix { isVisible($0, now) })
        }
        if kind == .standard { return receiveFairly(limit: limit, timeout: timeout, now: now) }
        let runs = rotation.map { group in visibleRun(messages.filter { $0.group == group }) }
        for run in runs {
            let before = received.count
            for message in run where received.count < limit {
                if take(message.sequence, until: now + timeout) == .handedOut {
                    received.append(message.sequence)
                }
            }
            if let group = run.first?.group, received.count > before {
                rotation.removeAll { $0 == group }
                rotation.append(group)
            }
        }
        leaveEmptyGroups()
        return received
    }

    /// Quiet tenants' messages come before noisy ones', the oldest first.
    private mutating func receiveFairly(limit: Int, timeout: Duration, now: Timestamp) -> [SequenceNumber] {
        let noisy = noisyGroups(now)
        let visible = messages.filter { isVisible($0, now) }
        let quiet = visible.filter { $0.group.map(noisy.contains) != true }
        let others = visible.filter { $0.group.map(noisy.contains) == true }
        var received: [SequenceNumber] = []
        for message in quiet + others where received.count < limit {
            if take(message.sequence, until: now + timeout) == .handedOut {
                received.append(message.sequence)
            }
        }
        return received
    }

    /// Those with more than a tenth of the messages in flight, and at least thirty.
    private func noisyGroups(_ now: Timestamp) -> Set<String> {
        let inFlight = messages.filter { !isVisible($0, now) && $0.receiveCount > 0 }
        let own = Dictionary(grouping: inFlight.compactMap(\.group)) { $0 }.mapValues(\.count)
        return Set(own.filter { $0.value >= 30 && $0.value * 10 > inFlight.count }.keys)
    }

    /// Takes one message, as a receive does that has come to it.
    @discardableResult
    mutating func take(_ sequence: SequenceNumber, until: Timestamp) -> Fate? {
        guard let place = place(of: sequence) else { return nil }
        let fate = fate(of: messages[place])
        switch fate {
        case .deadLettered: messages.remove(at: place)
        case .handedOut:
            messages[place].receiveCount += 1
            messages[place].hiddenUntil = until
        }
        return fate
    }

    /// True when a message could be handed out now, given what the same receive has already handed out.
    func mayBeTaken(_ sequence: SequenceNumber, besides taken: Set<SequenceNumber>, now: Timestamp) -> Bool {
        guard let place = place(of: sequence), isVisible(messages[place], now), !taken.contains(sequence)
        else {
            return false
        }
        return kind == .standard
            || messages[..<place].allSatisfy {
                $0.group != messages[place].group || taken.contains($0.sequence)
            }
    }

    func hasSomethingToTake(_ now: Timestamp) -> Bool {
        messages.contains { mayBeTaken($0.sequence, besides: [], now: now) && fate(of: $0) == .handedOut }
    }

    /// - Returns: Whether the receipt is accepted.
    mutating func delete(_ receipt: Receipt, now: Timestamp) -> Bool {
        guard let place = place(of: receipt.sequence) else { return true }
        guard accepts(receipt, messages[place], now) else { return false }
        messages.remove(at: place)
        leaveEmptyGroups()
        return true
    }

    mutating func change(_ receipt: Receipt, to timeout: Duration, now: Timestamp) -> Bool {
        guard let place = place(of: receipt.sequence), accepts(receipt, messages[place], now) else {
            return false
        }
        messages[place].hiddenUntil = now + timeout
        return true
    }

    /// Lets the oldest visible messages go, none of them before an older one of its group.
    mutating func release(limit: Int, now: Timestamp) -> [SequenceNumber] {
        var passedBy: Set<String> = []
        var released: [SequenceNumber] = []
        for message in messages where released.count < limit {
            let mayGo = isVisible(message, now) && message.group.map(passedBy.contains) != true
            if mayGo { released.append(message.sequence) }
            if !mayGo, kind == .fifo, let group = message.group { passedBy.insert(group) }
        }
        messages.removeAll { released.contains($0.sequence) }
        leaveEmptyGroups()
        return released
    }

    /// Lets those go that are visible.
    mutating func discard(_ unwanted: Set<SequenceNumber>, now: Timestamp) -> Set<SequenceNumber> {
        let gone = unwanted.intersection(messages.filter { isVisible($0, now) }.map(\.sequence))
        messages.removeAll { gone.contains($0.sequence) }
        leaveEmptyGroups()
        return gone
    }

    mutating func purge() {
        messages = []
        sends = []
        rotation = []
    }

    func counts(_ now: Timestamp) -> QueueCounts {
        var counts = QueueCounts()
        for message in messages {
            if isVisible(message, now) {
                counts.visible += 1
            } else if message.receiveCount > 0 {
                counts.inFlight += 1
            } else {
                counts.delayed += 1
            }
        }
        return counts
    }

    private func accepts(_ receipt: Receipt, _ message: Message, _ now: Timestamp) -> Bool {
        kind == .standard || receipt.receiveCount == message.receiveCount && !isVisible(message, now)
    }

    private func place(of sequence: SequenceNumber) -> Int? {
        messages.firstIndex { $0.sequence == sequence }
    }

    private mutating func leaveEmptyGroups() {
        rotation.removeAll { group in !messages.contains { $0.group == group } }
    }
}
