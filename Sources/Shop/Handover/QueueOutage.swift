import Clockwork
import Logging
import Synchronization

/// What all lanes know about a queue that does not take orders: told once, waited for with growing patience,
/// over for everyone as soon as one message gets through.
final class QueueOutage: Sendable {
    private let state = Mutex(State())
    private let backoff: Backoff
    private let chance: Chance
    private let logger: Logger

    private struct State {
        var isOn = false
        var waiting: [Bell] = []
    }

    init(backoff: Backoff, chance: Chance, logger: Logger) {
        self.backoff = backoff
        self.chance = chance
        self.logger = logger
    }

    /// Waits before the next try.
    ///
    /// - Parameters:
    ///   - failures: In a row, 1 or more.
    ///   - rest: The lane's own for this purpose.
    /// - Returns: False at closing time, when there shall be no next try.
    func wait(for trouble: Outcome, failures: Int, _ rest: Rest) async -> Bool {
        let isNews = state.withLock { state in
            defer { state.isOn = true }
            state.waiting.append(rest.bell)
            return !state.isOn
        }
        if isNews {
            logger.warning(
                "The queue takes no orders; the shop keeps them and sends them again",
                metadata: ["reason": "\(trouble)"])
        }
        let pause = chance.draw { backoff.delay(beforeAttempt: failures + 1, using: &$0) }
        defer { state.withLock { $0.waiting.removeAll { $0 === rest.bell } } }
        return await rest.pause(for: pause)
    }

    /// The queue has taken something.
    func isOver() {
        let (wasOn, waiting) = state.withLock { state in
            defer { state.isOn = false }
            return (state.isOn, state.waiting)
        }
        guard wasOn else { return }
        logger.info("The queue takes orders again")
        for bell in waiting { bell.ring() }
    }
}
