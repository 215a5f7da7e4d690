/// How patiently an endpoint is served: when to try again, and when to leave it alone for a while.
package struct Patience: Hashable, Sendable {
    package var schedule: RetrySchedule
    /// The shortest wait after an endpoint has said that it is overloaded, without saying for how long.
    package var afterOverload: Duration
    package var breaker: CircuitBreaker.Limits

    package init(
        schedule: RetrySchedule, afterOverload: Duration = .seconds(60),
        breaker: CircuitBreaker.Limits = CircuitBreaker.Limits()
    ) {
        self.schedule = schedule
        self.afterOverload = afterOverload
        self.breaker = breaker
    }

    /// For endpoints out in the world.
    package static let standard = Patience(schedule: .standard)

    /// For demonstrations and tests: the same manners at another pace.
    package static let fast = Patience(
        schedule: .fast, afterOverload: .seconds(1),
        breaker: CircuitBreaker.Limits(
            window: .seconds(5), openFor: .milliseconds(500), longestOpen: .seconds(2)))
}
