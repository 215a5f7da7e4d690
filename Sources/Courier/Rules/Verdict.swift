import Clockwork

/// What becomes of a delivery after an attempt.
package struct Verdict: Hashable, Sendable {
    package enum Fate: Hashable, Sendable {
        case delivered
        case again(at: Timestamp)
        /// Over without success; stays in the ledger with its reason.
        case parked(reason: String)
    }

    package var fate: Fate
    /// Why the endpoint is to hear nothing more, where that is so.
    package var disabling: String?

    /// Decides.
    ///
    /// - Parameters:
    ///   - attempt: The number of the attempt that brought the reply, from 1.
    ///   - isFinal: Whether an answer of 4xx ends the delivery at this endpoint.
    ///   - now: By the ledger's clock, on which due times are written.
    ///   - random: Source of the jitter.
    package init(
        on reply: Reply, attempt: Int, patience: Patience, clientErrorsAreFinal isFinal: Bool, now: Timestamp,
        using random: inout some RandomNumberGenerator
    ) {
        let next = patience.schedule.wait(beforeAttempt: attempt + 1, using: &random)
        let told = reply.status.map { "status \($0)" } ?? reply.attemptClass.rawValue
        func again(noSoonerThan least: Duration) -> Fate {
            guard let next else {
                return .parked(reason: "gave up after \(attempt) attempts, the last with \(told)")
            }
            return .again(at: now + max(next, least))
        }
        switch reply.meaning {
        case .delivered: fate = .delivered
        case .deliveredForTheLastTime:
            fate = .delivered
            disabling = "the receiver asked for it"
        case .unwanted: fate = .parked(reason: "the receiver does not want it")
        case .gone:
            fate = .parked(reason: "the endpoint is gone")
            disabling = "gone"
        case .overloaded(let notBefore): fate = again(noSoonerThan: notBefore ?? patience.afterOverload)
        case .faulted where isFinal: fate = .parked(reason: "refused with \(told), which is final here")
        case .faulted, .failed: fate = again(noSoonerThan: .zero)
        }
    }
}
