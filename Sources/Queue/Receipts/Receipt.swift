import Clockwork

/// What a receipt handle says: which receive of which message.
public struct Receipt: Hashable, Sendable {
    public let queue: QueueID
    public let sequence: SequenceNumber
    /// The message's receive count at that receive: tells an older receipt from the newest.
    public let receiveCount: Int
    public let receivedAt: Timestamp

    public init(queue: QueueID, sequence: SequenceNumber, receiveCount: Int, receivedAt: Timestamp) {
        self.queue = queue
        self.sequence = sequence
        self.receiveCount = receiveCount
        self.receivedAt = receivedAt
    }

    public init(_ lease: Lease, queue: QueueID) {
        self.init(
            queue: queue, sequence: lease.sequence, receiveCount: lease.receiveCount,
            receivedAt: lease.receivedAt)
    }
}

/// Why a receipt that is genuine does not do what was asked.
public enum ReceiptRefusal: Error, Hashable, Sendable {
    /// Its time is over: on a FIFO queue the visibility timeout, on a standard queue twelve hours.
    case expired
    /// The message is gone, so its visibility cannot be changed.
    case gone
    /// The message would be hidden for more than twelve hours since its receive.
    case tooLong(seconds: Int)

    /// The refusal as a whole request hears it.
    public func fault(handle: String) -> QueueFault {
        switch self {
        case .expired: .invalid(handle, for: "ReceiptHandle", "The receipt handle has expired.")
        case .gone:
            .invalid(
                handle, for: "ReceiptHandle",
                "Message does not exist or is not available for visibility timeout change.")
        case .tooLong(let seconds):
            .invalid(
                seconds, for: "VisibilityTimeout",
                "Total VisibilityTimeout for the message is beyond the limit [43200 seconds].")
        }
    }

    /// The refusal as an entry of a batch hears it.
    public func entryFault(handle: String) -> QueueFault {
        switch self {
        case .expired: QueueFault(.receiptHandleIsInvalid, "The receipt handle has expired")
        case .gone, .tooLong: fault(handle: handle)
        }
    }
}
