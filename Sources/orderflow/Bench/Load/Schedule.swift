import Clockwork
import Synchronization

/// Moments evenly apart at which requests are due, whatever became of those before them.
final class Schedule: Sendable {
    private let began: ContinuousClock.Instant
    private let rate: Int
    private let state: Mutex<(taken: Int, count: Int)>

    /// It begins in a moment, once connections can be there.
    ///
    /// - Parameters:
    ///   - rate: Requests in a second.
    ///   - count: How many there are; nil for as many as are due before ``end()``.
    init(rate: Int, count: Int? = nil) {
        began = .now + .milliseconds(100)
        self.rate = rate
        state = Mutex((0, count ?? .max))
    }

    /// The next request that nobody has taken, and when it is due; nil when there is none any more.
    func next() -> (number: Int, due: ContinuousClock.Instant)? {
        state.withLock { state in
            guard state.taken < state.count else { return nil }
            defer { state.taken += 1 }
            return (state.taken, began + .seconds(state.taken) / rate)
        }
    }

    /// Lets nobody take another one.
    func end() { state.withLock { $0.count = $0.taken } }
}
