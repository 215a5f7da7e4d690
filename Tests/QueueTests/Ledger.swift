import Clockwork
import Queue

/// What a store would hold after writing down every change: enough to serve pages and to start again.
struct Ledger {
    /// Rows of purged messages stay for a while, as in any store that sweeps up later.
    private var rows: [SequenceNumber: TouchedMessage] = [:]
    private var purgedUpTo = SequenceNumber.beforeAll
    private var deduplication:
        [(sequence: SequenceNumber, messageID: MessageID, deduplication: Deduplication)] = []
    private var lastSequence = SequenceNumber.beforeAll

    var messages: [SequenceNumber: TouchedMessage] { rows.filter { $0.key > purgedUpTo } }

    mutating func write(_ changes: [QueueChange]) {
        for change in changes { write(change) }
    }

    private mutating func write(_ change: QueueChange) {
        switch change {
        case .stored(let envelope, let messageID, let deduplication),
            .takenIn(let envelope, let messageID, let deduplication, _, _):
            insert(envelope)
            if let deduplication { self.deduplication.append((envelope.sequence, messageID, deduplication)) }
        case .admitted(let envelope, _, _): insert(envelope)
        case .leased(let lease, let until):
            update(lease.sequence) {
                Envelope(
                    sequence: $0.sequence, enqueuedAt: $0.enqueuedAt, visibleAt: until,
                    firstReceivedAt: lease.firstReceivedAt, receiveCount: lease.receiveCount,
                    groupID: $0.groupID)
            }
            rows[lease.sequence]?.hiddenAt = lease.receivedAt
        case .rehidden(let sequence, let moment, let until):
            update(sequence) {
                Envelope(
                    sequence: $0.sequence, enqueuedAt: $0.enqueuedAt, visibleAt: until,
                    firstReceivedAt: $0.firstReceivedAt, receiveCount: $0.receiveCount, groupID: $0.groupID)
            }
            rows[sequence]?.hiddenAt = moment
        case .deleted(let sequence), .expired(let sequence), .released(let sequence),
            .discarded(let sequence):
            rows[sequence] = nil
        case .deadLettered(let envelope, _): rows[envelope.sequence] = nil
        case .purged(let last):
            purgedUpTo = last
            deduplication = []
        case .forgotDeduplication(let last): deduplication.removeAll { $0.sequence <= last }
        }
    }

    private mutating func insert(_ envelope: Envelope) {
        rows[envelope.sequence] = TouchedMessage(envelope, hiddenAt: envelope.enqueuedAt)
        lastSequence = envelope.sequence
    }

    private mutating func update(_ sequence: SequenceNumber, _ rewrite: (Envelope) -> Envelope) {
        if let message = rows[sequence] { rows[sequence]?.envelope = rewrite(message.envelope) }
    }

    func page(_ wanted: WantedPage) -> [Envelope] {
        Array(
            rows.values.map(\.envelope).filter { $0.visibleAt == nil && $0.sequence > wanted.after }
                .sorted { $0.sequence < $1.sequence }.prefix(wanted.limit))
    }

    func look(_ outlook: Outlook) -> (rows: [Envelope], written: SequenceNumber) {
        let page = page(WantedPage(after: outlook.after, limit: .max)).filter { row in
            row.sequence <= outlook.upTo && row.groupID.map(outlook.passingBy.contains) != true
        }
        return (Array(page.prefix(outlook.limit)), lastSequence)
    }

    func delayedRows(_ question: (after: SequenceNumber, since: Timestamp)?) -> Int {
        guard let question else { return 0 }
        return messages.values.count {
            $0.envelope.visibleAt == nil && $0.envelope.sequence > question.after
                && $0.envelope.enqueuedAt > question.since
        }
    }

    func state(of queue: MessageQueue) -> QueueState {
        QueueState(
            id: queue.id, attributes: queue.attributes, deduplicationScope: queue.deduplicationScope,
            nextSequence: lastSequence.next, purgedUpTo: purgedUpTo,
            untouchedCount: messages.values.count { $0.envelope.visibleAt == nil },
            touched: messages.values.filter { $0.envelope.visibleAt != nil }, deduplication: deduplication)
    }
}

extension MessageQueue {
    /// Loads pages for as long as the queue wants any. False when one was empty although the queue believed in more.
    mutating func loadPages(from ledger: Ledger, now: Timestamp) -> Bool {
        while let wanted = wantedPage(now: now) {
            let page = ledger.page(wanted)
            if page.isEmpty { return false }
            append(page: page, now: now)
        }
        return true
    }

    /// Looks behind the window until there is nothing more to be found: what receives do a little at a time.
    mutating func lookOut(through ledger: Ledger, now: Timestamp) {
        while let outlook = wantedOutlook(now: now) {
            let (rows, written) = ledger.look(outlook)
            append(rows, of: outlook, written: written, now: now)
        }
    }
}
