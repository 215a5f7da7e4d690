import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// What an account has in a region, may have, and has committed itself to.
extension StreamDesk {
    func limits(_ request: DescribeLimits, for caller: Caller) throws -> DescribeLimits.Output {
        let (shards, onDemand) = streams.withLock {
            ($0.openShards(in: caller.region), $0.onDemandStreams(in: caller.region))
        }
        return DescribeLimits.Output(
            shardLimit: settings.mostShards, openShardCount: shards, onDemandStreamCount: onDemand,
            onDemandStreamCountLimit: Self.mostOnDemandStreams)
    }

    func account(_ request: DescribeAccountSettings, for caller: Caller) throws -> AccountSettings {
        let commitment = streams.withLock { $0.commitments[caller.region] } ?? BillingCommitment()
        return Self.describe(commitment, now: surroundings.now)
    }

    func account(_ request: UpdateAccountSettings, for caller: Caller) async throws -> AccountSettings {
        let wanted = request.minimumThroughputBillingCommitment.status
        var constraints = Constraints()
        constraints.word(
            wanted, among: ["ENABLED", "DISABLED"], at: "minimumThroughputBillingCommitment.status")
        try WireError.mapping { () throws(StreamFault) in try constraints.check() }
        let now = surroundings.now
        let (ticket, commitment) = try streams.withLock { streams in
            try commit.accept()
            var commitment = streams.commitments[caller.region] ?? BillingCommitment()
            if wanted == "ENABLED" { commitment.enable(now: now) } else { commitment.disable(now: now) }
            streams.commitments[caller.region] = commitment
            let ticket = commit.enqueue { [commitment] in
                try StreamStore.save(commitment, in: caller.region, db: $0)
            }
            return (ticket, commitment)
        }
        try await ticket.durable()
        return Self.describe(commitment, now: now)
    }

    func isCommitted(in region: String) -> Bool {
        let commitment = streams.withLock { $0.commitments[region] } ?? BillingCommitment()
        return commitment.status(now: surroundings.now) != .disabled
    }

    private static func describe(_ commitment: BillingCommitment, now: Timestamp) -> AccountSettings {
        let status = commitment.status(now: now)
        return AccountSettings(
            minimumThroughputBillingCommitment: AccountSettings.Commitment(
                status: status.rawValue, startedAt: commitment.startedAt,
                endedAt: status == .disabled ? commitment.endedAt : nil,
                earliestAllowedEndAt: commitment.earliestEnd))
    }
}
