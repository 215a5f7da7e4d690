import Clockwork
import Synchronization

/// A clock on which every wait is over at once, and remembered.
final class BriskClock: TimeSource {
    private let state = Mutex<(now: Timestamp, uptime: Duration, waits: [Duration])>((.noon, .zero, []))

    var now: Timestamp { state.withLock(\.now) }
    var uptime: Duration { state.withLock(\.uptime) }
    var waits: [Duration] { state.withLock(\.waits) }

    func jump(by span: Duration) { state.withLock { $0.now = $0.now + span } }

    func sleep(for span: Duration) async throws {
        try Task.checkCancellation()
        state.withLock { state in
            state.now = state.now + span
            state.uptime += span
            state.waits.append(span)
        }
    }
}
