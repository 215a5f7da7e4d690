import Clockwork

/// Whether an account has committed itself to pay for a minimum of throughput.
///
/// Source: Amazon Kinesis API Reference, `UpdateAccountSettings`: it lasts for 24 hours at least.
public struct BillingCommitment: Hashable, Sendable {
    public enum Status: String, Sendable {
        case enabled = "ENABLED"
        case disabled = "DISABLED"
        /// Taken back, and still in force for a while.
        case ending = "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
    }

    public private(set) var startedAt: Timestamp?
    /// When it ends or has ended.
    public private(set) var endedAt: Timestamp?

    public init(startedAt: Timestamp? = nil, endedAt: Timestamp? = nil) {
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    public var earliestEnd: Timestamp? { startedAt.map { $0 + .seconds(86_400) } }

    public func status(now: Timestamp) -> Status {
        guard startedAt != nil else { return .disabled }
        guard let endedAt else { return .enabled }
        return endedAt <= now ? .disabled : .ending
    }

    public mutating func enable(now: Timestamp) {
        if status(now: now) == .disabled { startedAt = now }
        endedAt = nil
    }

    public mutating func disable(now: Timestamp) {
        guard status(now: now) == .enabled, let earliestEnd else { return }
        endedAt = max(now, earliestEnd)
    }
}
