import Clockwork

/// How long a stream keeps its records. What has expired once never comes back.
///
/// Source: Amazon Kinesis API Reference, `IncreaseStreamRetentionPeriod` and `DecreaseStreamRetentionPeriod`; words
/// reported from Amazon.
public struct Retention: Hashable, Sendable {
    /// 24 to 8,760.
    public private(set) var hours: Int
    /// What arrived before this had expired under an earlier, shorter retention.
    public private(set) var goneBefore: Timestamp

    public init(hours: Int = 24, goneBefore: Timestamp = Timestamp(microseconds: 0)) {
        self.hours = hours
        self.goneBefore = goneBefore
    }

    /// What arrived before this has expired, whether its row has been removed or not.
    public func horizon(now: Timestamp) -> Timestamp {
        max(goneBefore, now - .seconds(hours * 3_600))
    }

    /// Keeps records longer, or as long as before.
    ///
    /// - Throws: `InvalidArgumentException` for a shorter retention, and for one that cannot be.
    public mutating func increase(to hours: Int, of stream: String, now: Timestamp) throws(StreamFault) {
        try check(hours)
        guard hours >= self.hours else {
            throw .invalidArgument(
                """
                Requested retention period (\(hours) hours) for stream \(stream) can not be shorter than existing \
                retention period (\(self.hours) hours). Use DecreaseRetentionPeriod API.
                """)
        }
        change(to: hours, now: now)
    }

    /// Lets records go sooner, or as soon as before.
    ///
    /// - Throws: `InvalidArgumentException` for a longer retention, and for one that cannot be.
    public mutating func decrease(to hours: Int, of stream: String, now: Timestamp) throws(StreamFault) {
        try check(hours)
        guard hours <= self.hours else {
            throw .invalidArgument(
                """
                Requested retention period (\(hours) hours) for stream \(stream) can not be longer than existing \
                retention period (\(self.hours) hours). Use IncreaseRetentionPeriod API.
                """)
        }
        change(to: hours, now: now)
    }

    private func check(_ hours: Int) throws(StreamFault) {
        guard hours >= 24 else {
            throw .invalidArgument(
                "Minimum allowed retention period is 24 hours. Requested retention period (\(hours) hours) is too short."
            )
        }
        guard hours <= 8_760 else {
            throw .invalidArgument(
                "Maximum allowed retention period is 8760 hours. Requested retention period (\(hours) hours) is too long."
            )
        }
    }

    private mutating func change(to hours: Int, now: Timestamp) {
        guard hours != self.hours else { return }
        goneBefore = horizon(now: now)
        self.hours = hours
    }
}
