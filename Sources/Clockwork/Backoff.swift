/// How long to wait before trying again: full jitter under a doubling, capped limit.
///
/// Source: AWS SDKs and Tools Reference Guide, "Retry behavior"; M. Brooker, "Exponential Backoff And Jitter".
public struct Backoff: Hashable, Sendable {
    /// The limit of the first wait.
    public var base: Duration
    /// The limit of every later wait.
    public var cap: Duration

    public init(base: Duration = .milliseconds(50), cap: Duration = .seconds(20)) {
        self.base = base
        self.cap = cap
    }

    /// The wait before a try, drawn evenly between zero and its limit.
    ///
    /// - Parameter attempt: 1 for the first try, which waits for nothing.
    public func delay(beforeAttempt attempt: Int, using random: inout some RandomNumberGenerator) -> Duration
    {
        guard attempt > 1 else { return .zero }
        let doublings = min(attempt - 2, 30)
        let limit = min(cap, base * (1 << doublings))
        return limit * Double.random(in: 0..<1, using: &random)
    }
}
