import Clockwork
import Synchronization

/// A clock that is moved by hand.
final class HandClock: TimeSource {
    private let state: Mutex<State>
    private let fellAsleep = Bell()

    private struct State {
        var now: Timestamp
        var uptime = Duration.zero
        var sleepers: [Sleeper] = []
        var places = 0
    }

    private struct Sleeper {
        let place: Int
        let due: Duration
        let continuation: UnsafeContinuation<Void, Never>
    }

    init(_ now: Timestamp = .noon) { state = Mutex(State(now: now)) }

    var now: Timestamp { state.withLock(\.now) }
    var uptime: Duration { state.withLock(\.uptime) }

    /// Sets the wall clock, as an operator would; waiting does not notice.
    func jump(by span: Duration) { state.withLock { $0.now = $0.now + span } }

    /// Lets time pass, and wakes all whose time has come.
    func advance(by span: Duration) {
        let woken = state.withLock { state in
            state.now = state.now + span
            state.uptime += span
            let due = state.sleepers.filter { $0.due <= state.uptime }
            state.sleepers.removeAll { $0.due <= state.uptime }
            return due
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Waits until somebody sleeps.
    func someoneSleeps() async {
        while state.withLock({ $0.sleepers.isEmpty }) { await fellAsleep.heard() }
    }

    func sleep(for span: Duration) async throws {
        let place = state.withLock { state in
            state.places += 1
            return state.places
        }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let isOver = state.withLock { state in
                    guard span > .zero else { return true }
                    state.sleepers.append(
                        Sleeper(place: place, due: state.uptime + span, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() } else if Task.isCancelled { wake(place) }
                fellAsleep.ring()
            }
        } onCancel: {
            wake(place)
        }
        try Task.checkCancellation()
    }

    private func wake(_ place: Int) {
        let sleeper = state.withLock { state in
            state.sleepers.firstIndex { $0.place == place }.map { state.sleepers.remove(at: $0) }
        }
        sleeper?.continuation.resume()
    }
}

extension Timestamp {
    /// 24 November 2026, 12:00:00 UTC.
    static let noon = Timestamp(seconds: 1_795_521_600)
}
