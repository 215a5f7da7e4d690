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
    private let tokens = Mutex(500)

    public init(mostAttempts: Int = 3) {
        self.mostAttempts = mostAttempts
    }

    /// No second try: for callers that keep their own account of attempts.
    public static var never: RetryPolicy { RetryPolicy(mostAttempts: 1) }

    /// The wait before the next try, or nil when there should be none.
    ///
    /// - Parameter attempt: The try to come, 2 or more.
    func wait(beforeAttempt attempt: Int, throttled: Bool, chance: Chance) -> Duration? {
        guard attempt <= mostAttempts, spend(throttled ? Self.throttledCost : Self.cost) else { return nil }
        let backoff = throttled ? throttledBackoff : backoff
        return chance.draw { backoff.delay(beforeAttempt: attempt, using: &$0) }
    }

    /// A success gives back what its retry cost, or one token.
    func succeeded(afterRetry: Bool) {
        tokens.withLock { $0 = min(Self.mostTokens, $0 + (afterRetry ? Self.cost : 1)) }
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
