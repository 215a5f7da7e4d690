/// Commits the account to a minimum of throughput, or takes that back.
///
/// Source: Amazon Kinesis API Reference, `UpdateAccountSettings`.
public struct UpdateAccountSettings: Operation {
    public typealias Service = Kinesis
    public typealias Output = AccountSettings

    public var minimumThroughputBillingCommitment: Commitment

    public init(minimumThroughputBillingCommitment: Commitment) {
        self.minimumThroughputBillingCommitment = minimumThroughputBillingCommitment
    }

    public var resource: ResourceName? { .account }

    /// What is asked for.
    public struct Commitment: Codable, Hashable, Sendable {
        /// `ENABLED` or `DISABLED`.
        public var status: String

        public init(status: String) {
            self.status = status
        }
    }
}
