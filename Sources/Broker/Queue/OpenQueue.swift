import Clockwork
import DequeModule
import Disk
import Queue

/// Every region is a world of its own.
struct QueueKey: Hashable, Comparable {
    var region: String
    var name: String

    static func < (lhs: QueueKey, rhs: QueueKey) -> Bool { (lhs.region, lhs.name) < (rhs.region, rhs.name) }
}

/// A queue in memory: its rules, and those who wait for it.
///
/// A class, so that nobody copies a queue of many messages by looking at it; it lives behind the desk's lock.
final class OpenQueue {
    var engine: MessageQueue
    var arn: QueueARN
    var createdAt: Timestamp
    var modifiedAt: Timestamp
    var tags: [String: String] = [:]
    var lastPurge: Timestamp?
    var waiters = Deque<Waiter>()
    var moves = QueueMoves()
    /// The earliest alarm that is set for this queue.
    var alarm: Timestamp?

    init(engine: MessageQueue, arn: QueueARN, createdAt: Timestamp, modifiedAt: Timestamp) {
        self.engine = engine
        self.arn = arn
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
    }

    /// Someone in a long poll.
    struct Waiter {
        var id: UInt64
        var limit: Int
        var visibilityTimeout: Duration?
        var attempt: String?
        var deadline: Timestamp
        var continuation: UnsafeContinuation<Outcome, Never>
    }

    /// How a long poll ends.
    enum Outcome: Sendable {
        case received(Batch)
        case nothing
        case queueDeleted
    }

    /// Messages handed out, on their way to the disk.
    struct Batch: Sendable {
        var queue: QueueID
        var ticket: CommitTicket<[QueueStore.StoredMessage]>
        /// What to confirm to the queue when they are there; nil where it waits for nothing.
        var changes: Int?
    }

    /// What has changed since the last call, with how the queue stands now.
    func takeWriting(contents: [MessageContent] = []) -> QueueWriting {
        QueueWriting(
            queue: engine.id, arn: arn, kind: engine.kind, changes: engine.takeChanges(), contents: contents,
            nextSequence: engine.nextSequence, untouched: engine.untouchedCount)
    }
}
