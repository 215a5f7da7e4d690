import Clockwork

/// How many messages a queue has.
public struct QueueCounts: Hashable, Sendable {
    /// Ready, or waiting behind others of their group.
    public var visible: Int
    /// Hidden by a receive.
    public var inFlight: Int
    /// Never yet visible.
    public var delayed: Int

    public init(visible: Int = 0, inFlight: Int = 0, delayed: Int = 0) {
        self.visible = visible
        self.inFlight = inFlight
        self.delayed = delayed
    }
}

/// How many held messages stand in each stage.
struct Tally: Sendable {
    private(set) var counts = QueueCounts()

    subscript(stage: Held.Stage) -> Int {
        get {
            switch stage {
            case .visible: counts.visible
            case .inFlight: counts.inFlight
            case .delayed: counts.delayed
            }
        }
        set {
            switch stage {
            case .visible: counts.visible = newValue
            case .inFlight: counts.inFlight = newValue
            case .delayed: counts.delayed = newValue
            }
        }
    }
}

extension MessageQueue {
    /// How many messages there are now.
    ///
    /// - Parameter delayedBeyond: The number of rows that ``delayedRows(now:)`` speaks of.
    public mutating func counts(now: Timestamp, delayedBeyond: Int = 0) -> QueueCounts {
        settle(now: now)
        let delayed = min(beyond, delayedBeyond)
        var counts = tally.counts
        counts.visible += beyond - delayed
        counts.delayed += delayed
        return counts
    }

    /// Which rows to count for ``counts(now:delayedBeyond:)``: untouched ones behind `after` that were enqueued later
    /// than `since`. Nil but for a FIFO queue that has a delay and is longer than its window.
    public func delayedRows(now: Timestamp) -> (after: SequenceNumber, since: Timestamp)? {
        guard kind == .fifo, attributes.delay > 0, beyond > 0 else { return nil }
        return (windowEnd, now - .seconds(attributes.delay))
    }
}
