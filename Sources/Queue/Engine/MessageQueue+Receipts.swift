import Clockwork

extension MessageQueue {
    /// Deletes the message of a receipt. Deleting it again succeeds.
    ///
    /// - Throws: ``ReceiptRefusal/expired``.
    public mutating func delete(_ receipt: Receipt, now: Timestamp) throws(ReceiptRefusal) {
        settle(now: now)
        guard let message = held[receipt.sequence] else { return }
        try check(receipt, for: message, now: now)
        note(.deleted(receipt.sequence), now: now)
    }

    /// Sets when a received message shows again: `timeout` from now, not from its receive.
    ///
    /// On a standard queue this hides a message again that was visible already, and any receipt of it will do.
    /// - Parameter timeout: 0 to 43200 whole seconds.
    /// - Throws: ``ReceiptRefusal``.
    public mutating func changeVisibility(
        _ receipt: Receipt, timeout: Duration, now: Timestamp
    ) throws(ReceiptRefusal) {
        settle(now: now)
        guard let message = held[receipt.sequence] else { throw .gone }
        try check(receipt, for: message, now: now)
        let elapsed = (now - receipt.receivedAt).components.seconds
        guard timeout.components.seconds + elapsed <= Self.longestLease.components.seconds else {
            throw .tooLong(seconds: Int(timeout.components.seconds))
        }
        note(.rehidden(receipt.sequence, at: now, until: now + timeout), now: now)
        settle(now: now)
    }

    /// Removes every message, hidden ones too, and forgets what FIFO remembered.
    public mutating func purge(now: Timestamp) {
        note(.purged(upTo: SequenceNumber(nextSequence.rawValue - 1)), now: now)
    }

    private func check(_ receipt: Receipt, for message: Held, now: Timestamp) throws(ReceiptRefusal) {
        switch kind {
        case .standard:
            guard now - receipt.receivedAt < Self.longestLease else { throw .expired }
        case .fifo:
            guard receipt.receiveCount == message.envelope.receiveCount, message.stage == .inFlight else {
                throw .expired
            }
        }
    }

    /// Source: Amazon SQS API Reference, `ChangeMessageVisibility`.
    private static let longestLease = Duration.seconds(43_200)
}
