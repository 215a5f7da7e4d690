import Clockwork

/// The task of carrying a dead-letter queue's messages back to where they came from, or elsewhere.
///
/// It concerns the messages that stood in the queue when it started. So one that fails again and is dead-lettered a
/// second time is not carried in circles; and one that a receiver holds is waited for.
///
/// Source: Amazon SQS API Reference, `StartMessageMoveTask`; states observed on Amazon.
public struct MoveTask: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable {
        case running = "RUNNING"
        case completed = "COMPLETED"
        /// Asked to stop; nobody has yet.
        case cancelling = "CANCELLING"
        case cancelled = "CANCELLED"
        case failed = "FAILED"
    }

    public let id: UniqueID
    /// Nil where each message goes back to the queue that dead-lettered it.
    public let destination: QueueARN?
    /// Messages a second, 1 to 500; nil for as fast as it goes.
    public let mostPerSecond: Int?
    public let startedAt: Timestamp
    /// The last message that it concerns.
    public let upTo: SequenceNumber
    /// How many messages stood in the queue at the start.
    public let toMove: Int
    public private(set) var moved: Int
    public private(set) var status: Status
    /// Why it has failed.
    public private(set) var failureReason: String?

    public init(
        id: UniqueID, destination: QueueARN?, mostPerSecond: Int?, startedAt: Timestamp,
        upTo: SequenceNumber, toMove: Int, moved: Int = 0, status: Status = .running,
        failureReason: String? = nil
    ) {
        self.id = id
        self.destination = destination
        self.mostPerSecond = mostPerSecond
        self.startedAt = startedAt
        self.upTo = upTo
        self.toMove = toMove
        self.moved = moved
        self.status = status
        self.failureReason = failureReason
    }

    /// Whether it may still move something, or has to be told that it may not.
    public var isActive: Bool { status == .running || status == .cancelling }

    public mutating func noteMoved(_ count: Int) { moved += count }

    public mutating func complete() { status = .completed }

    /// Asks it to stop. What was moved stays moved.
    ///
    /// - Returns: False when it does not run.
    public mutating func cancel() -> Bool {
        guard status == .running else { return false }
        status = .cancelling
        return true
    }

    public mutating func stop() { status = .cancelled }

    public mutating func fail(_ reason: String) {
        status = .failed
        failureReason = reason
    }

    public func hasRunTooLong(now: Timestamp) -> Bool { now - startedAt > Self.longest }

    /// How long a task may run. Source: Amazon SQS Developer Guide, "Message move task quotas".
    public static let longest = Duration.seconds(36 * 3_600)

    /// How many may be active in one account. Source: as for ``longest``.
    public static let mostActive = 100

    /// Source: Amazon SQS API Reference, `StartMessageMoveTask`.
    public static let rates = 1...500
}

// MARK: - Pace

extension MoveTask {
    /// How many messages it moves at once: a tenth of a second's worth, so that nobody else waits long for the queue.
    public var batch: Int { mostPerSecond.map { ($0 + 9) / 10 } ?? 100 }

    /// How long after one batch the next may come: whole microseconds, rounded up.
    public var interval: Duration {
        mostPerSecond.map { .microseconds((1_000_000 * batch + $0 - 1) / $0) } ?? .zero
    }
}
