import Clockwork
import Synchronization

/// When a client tries again: a few times, later each time, and only while the budget lasts.
///
/// Source: AWS SDKs and Tools Reference Guide, "Retry behavior", standard mode.
public final class RetryPolicy: Sendable {
    /// Tries in all, the first included.
    public let mostAttempts: Int
    private let backoff = Backoff(base: .milliseconds(50), cap: .seconds(20))
    private let throttledBackoff = Backoff(base: .seconds(1), cap: .seconds(20))
    /// Tokens left. A retry costs some, so that retries stay rare when everything fails.
    private let tokens = Mutex(mostTokens)

    public init(mostAttempts: Int = 3) {
        self.mostAttempts = mostAttempts
    }

    /// No second try: for callers that keep their own account of attempts.
    public static var never: RetryPolicy { RetryPolicy(mostAttempts: 1) }

    /// A try that is granted: how long to wait before it, and what it costs if it fails too.
    struct Retry {
        let wait: Duration
        fileprivate let cost: Int
    }

    /// Grants the next try, or nil when there should be none.
    ///
    /// - Parameter attempt: The try to come, 2 or more.
    func retry(attempt: Int, throttled: Bool, chance: Chance) -> Retry? {
        let cost = throttled ? Self.throttledCost : Self.cost
        guard attempt <= mostAttempts, spend(cost) else { return nil }
        let backoff = throttled ? throttledBackoff : backoff
        let wait = chance.draw { backoff.delay(beforeAttempt: attempt, using: &$0) }
        return Retry(wait: wait, cost: cost)
    }

    /// A success gives back what the try before it had cost, or one token where it was the first.
    func succeeded(after retry: Retry?) {
        tokens.withLock { $0 = min(Self.mostTokens, $0 + (retry?.cost ?? 1)) }
    }

    private func spend(_ cost: Int) -> Bool {
        tokens.withLock { left in
            guard left >= cost else { return false }
            left -= cost
            return true
        }
    }

    private static let mostTokens = 500
    private static let cost = 14
    private static let throttledCost = 5
}
