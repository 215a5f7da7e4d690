import Clockwork
import Orders

/// One message from the queue, read and judged, and not yet held against what we know.
package struct JudgedMessage: Sendable {
    /// The queue's name for it. Says nothing about which order it is: a redriven message has a new one.
    package var id: String
    /// How often the queue has handed it out, this time included.
    package var receiveCount: Int
    package var judgement: Judgement
    /// Where the shop's call stands in its trace, if the message says so.
    package var trace: TraceParent?

    package init(id: String, receiveCount: Int = 1, judgement: Judgement, trace: TraceParent? = nil) {
        self.id = id
        self.receiveCount = receiveCount
        self.judgement = judgement
        self.trace = trace
    }
}

/// What became of one message.
package enum Decision: Hashable, Sendable {
    /// A new order is in the books, with its history and its event for the stream.
    case accepted
    /// A cancellation: its order will not be fulfilled, be it that it is cancelled now or that it was before.
    case cancelled
    /// A cancellation whose order has not come: it waits for it.
    case awaitingOrder
    /// We have decided about this content under this key before, and counted it once more.
    case repeated(deliveries: Int)
    /// It breaks rules; all reasons are on record.
    case rejected
    /// It contradicts what we know under this number or key; that is on record, and the order stays as it was.
    case conflicting
    /// Not an order: nothing is on record, and the dead-letter queue will collect it.
    case unreadable(Reason.Code)
    /// The database would not have it, for a reason that is ours and not the shop's. It has not happened.
    case notNow(reason: String)

    /// True when the message has served its purpose and may be deleted.
    package var settlesMessage: Bool {
        switch self {
        case .accepted, .cancelled, .awaitingOrder, .repeated, .rejected, .conflicting: true
        case .unreadable, .notNow: false
        }
    }
}
