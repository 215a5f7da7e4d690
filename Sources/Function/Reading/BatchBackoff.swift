import Clockwork

/// How long a shard rests before its batch is tried again: 100 ms, doubled each time up to a limit, a fifth
/// more or less.
struct BatchBackoff: Hashable, Sendable {
    let longest: Duration

    /// - Parameter failures: How often the batch has failed, 1 or more.
    func rest(after failures: Int, using random: inout some RandomNumberGenerator) -> Duration {
        let limit = min(longest, .milliseconds(100) * (1 << min(failures - 1, 20)))
        return limit * Double.random(in: 0.8...1.2, using: &random)
    }
}
