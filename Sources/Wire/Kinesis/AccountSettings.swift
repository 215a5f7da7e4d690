import Clockwork

/// What an account has committed itself to, in one region.
///
/// Source: Amazon Kinesis API Reference, `MinimumThroughputBillingCommitmentOutput`.
public struct AccountSettings: Codable, Sendable {
    public var minimumThroughputBillingCommitment: Commitment

    public init(minimumThroughputBillingCommitment: Commitment) {
        self.minimumThroughputBillingCommitment = minimumThroughputBillingCommitment
    }

    /// A minimum of throughput that is paid for whether it is used or not.
    public struct Commitment: Codable, Hashable, Sendable {
        /// `ENABLED`, `DISABLED`, or `ENABLED_UNTIL_EARLIEST_ALLOWED_END`.
        public var status: String
        public var startedAt: Timestamp?
        public var endedAt: Timestamp?
        public var earliestAllowedEndAt: Timestamp?

        public init(
            status: String, startedAt: Timestamp? = nil, endedAt: Timestamp? = nil,
            earliestAllowedEndAt: Timestamp? = nil
        ) {
            self.status = status
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.earliestAllowedEndAt = earliestAllowedEndAt
        }
    }
}
