import Clockwork
import Disk
import Stream
import Synchronization
import Wire

/// Policies of streams and consumers: kept and told byte for byte. They let nobody in; the broker's own keys do.
extension StreamDesk {
    func put(_ request: PutResourcePolicy, for caller: Caller) async throws -> NoOutput {
        let arn = try policyResource(request.resourceARN, caller)
        try WireError.mapping { () throws(StreamFault) in try ResourcePolicy.check(request.policy, for: arn) }
        let ticket = try streams.withLock { streams in
            try commit.acceptMore()
            try require(arn, among: streams)
            return commit.enqueue { try StreamStore.put(policy: request.policy, of: arn, in: $0) }
        }
        try await ticket.durable()
        return NoOutput()
    }

    func policy(_ request: GetResourcePolicy, for caller: Caller) throws -> GetResourcePolicy.Output {
        let arn = try policyResource(request.resourceARN, caller)
        try streams.withLock { try require(arn, among: $0) }
        return GetResourcePolicy.Output(
            policy: try reader.read { try StreamStore.policy(of: arn, in: $0) } ?? "{}")
    }

    func delete(_ request: DeleteResourcePolicy, for caller: Caller) async throws -> NoOutput {
        let arn = try policyResource(request.resourceARN, caller)
        let ticket = try streams.withLock { streams in
            try commit.accept()
            try require(arn, among: streams)
            return commit.enqueue { try StreamStore.deletePolicy(of: arn, in: $0) }
        }
        guard try await ticket.durable() else {
            throw WireError(
                "ResourceNotFoundException", "No resource policy found for resource ARN \(arn).")
        }
        return NoOutput()
    }

    /// The stream or consumer whose policy is meant.
    ///
    /// Source: order and words reported from Amazon.
    private func policyResource(_ text: String, _ caller: Caller) throws(WireError) -> ResourceARN {
        guard let arn = ResourceARN(text) else {
            throw WireError("InvalidArgumentException", "Invalid ARN: \(text)")
        }
        guard arn.stream.region == caller.region else {
            throw WireError(
                "InvalidArgumentException",
                "The region specified in the ARN '\(text)' does not match the endpoint region")
        }
        guard arn.stream.account == settings.account else {
            throw WireError("UnrecognizedClientException", "No account found for the given parameters")
        }
        return arn
    }
}
