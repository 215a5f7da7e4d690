import Clockwork

/// How long a delivery waits before each of its attempts, and how many it has.
///
/// Source of ``standard``: Standard Webhooks 1.0.0, "Deliverability and reliability".
package struct RetrySchedule: Hashable, Sendable {
    private enum Shape: Hashable, Sendable {
        case list([Duration])
        case exponential(base: Duration, factor: Double, cap: Duration)
    }

    private let shape: Shape
    /// The first one included.
    package let mostAttempts: Int

    private init(_ shape: Shape, mostAttempts: Int) {
        self.shape = shape
        self.mostAttempts = mostAttempts
    }

    /// Ten attempts in a little more than three days.
    package static let standard = list([
        .seconds(5), .seconds(300), .seconds(1_800), .seconds(2 * 3_600), .seconds(5 * 3_600),
        .seconds(10 * 3_600), .seconds(14 * 3_600), .seconds(20 * 3_600), .seconds(24 * 3_600),
    ])

    /// Seven attempts in about 19 seconds: for demonstrations and tests.
    package static let fast = list([
        .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(10),
    ])

    /// The waits themselves, one before each attempt from the second on.
    package static func list(_ waits: [Duration]) -> RetrySchedule {
        RetrySchedule(.list(waits), mostAttempts: waits.count + 1)
    }

    /// - Parameters:
    ///   - base: The wait before the second attempt; each later one is `factor` times as long, up to `cap`.
    ///   - limit: Attempts in all.
    package static func exponential(
        base: Duration, factor: Double, cap: Duration, limit: Int
    ) -> RetrySchedule {
        RetrySchedule(.exponential(base: base, factor: factor, cap: cap), mostAttempts: limit)
    }

    /// The wait before an attempt, or nil when there is none of that number.
    ///
    /// - Parameter attempt: 1 for the first, which waits for nothing.
    package func wait(beforeAttempt attempt: Int) -> Duration? {
        guard (1...mostAttempts).contains(attempt) else { return nil }
        if attempt == 1 { return .zero }
        switch shape {
        case .list(let waits): return waits[attempt - 2]
        case .exponential(let base, let factor, let cap):
            var wait = base
            for _ in 2..<attempt where wait < cap { wait = wait * factor }
            return min(wait, cap)
        }
    }

    /// The same, up to a fifth longer or shorter, so that those who failed together do not come back
    /// together.
    package func wait(
        beforeAttempt attempt: Int, using random: inout some RandomNumberGenerator
    ) -> Duration? {
        wait(beforeAttempt: attempt).map { $0 * Double.random(in: 0.8...1.2, using: &random) }
    }

    /// What is wrong with it, in words for the person who wrote it; nil when nothing is.
    package var fault: String? {
        guard (1...100).contains(mostAttempts) else {
            return "has \(mostAttempts) attempts. Give it 1 to 100."
        }
        let waits = (1...mostAttempts).compactMap { wait(beforeAttempt: $0) }
        guard waits.allSatisfy({ $0 >= .zero && $0 <= Self.longestWait }) else {
            return "has a wait below 0 or above 24 hours. Choose one in between."
        }
        if case .exponential(_, let factor, _) = shape, !(1...10).contains(factor) {
            return "grows by the factor \(factor). Choose 1 to 10."
        }
        return nil
    }

    /// Nothing is ever put off for longer, a receiver's own wish included.
    package static let longestWait = Duration.seconds(24 * 3_600)
}
