import Clockwork
import Synchronization

/// What all pollers together have heard.
final class PollWatch: Sendable {
    private let state = Mutex((began: 0, latencies: [Duration]()))

    /// The time of now as a message's body: nanoseconds since some moment that this process knows.
    static var stamp: String { String(nanoseconds) }

    private static let epoch = ContinuousClock.now
    private static var nanoseconds: Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - epoch).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// One more poll has been sent for the first time.
    func began() { state.withLock { $0.began += 1 } }

    /// Waits until so many polls have been sent, and a second longer, for connecting costs something too.
    func all(_ count: Int) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(60)
        while state.withLock({ $0.began }) < count {
            guard clock.now < deadline else {
                throw LoadError(
                    description:
                        "Of \(count) polls only \(state.withLock { $0.began }) began within a minute.")
            }
            try await clock.sleep(for: .milliseconds(20))
        }
        try await clock.sleep(for: .seconds(1))
    }

    /// A poll was answered with these bodies.
    func heard(_ bodies: [String]) {
        let now = Self.nanoseconds
        let spans = bodies.compactMap { Int64($0) }.map { Duration.nanoseconds(now - $0) }
        state.withLock { $0.latencies += spans }
    }

    /// From before each send until its poller had the answer.
    var latencies: [Duration] { state.withLock { $0.latencies } }
}
