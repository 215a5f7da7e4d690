import Synchronization

/// Wakes whoever waits for it; a ring that nobody waits for is kept for the next who does.
package final class Bell: Sendable {
    private let state = Mutex(State())

    private struct State {
        var hasRung = false
        var waiting: [(place: Int, sleeper: UnsafeContinuation<Void, Never>)] = []
        var places = 0
    }

    package init() {}

    package func ring() {
        let woken = state.withLock { state in
            state.hasRung = state.waiting.isEmpty
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in woken { waiter.sleeper.resume() }
    }

    /// Waits for the ring, or for the task to be cancelled.
    package func heard() async {
        let place = state.withLock { state in
            state.places += 1
            return state.places
        }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { sleeper in
                let isOver = state.withLock { state in
                    guard !state.hasRung else {
                        state.hasRung = false
                        return true
                    }
                    state.waiting.append((place, sleeper))
                    return false
                }
                if isOver { sleeper.resume() } else if Task.isCancelled { giveUp(place) }
            }
        } onCancel: {
            giveUp(place)
        }
    }

    /// Waits for the ring, but not for ever.
    package func heard(within span: Duration, by time: any TimeSource) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.heard() }
            group.addTask { try? await time.sleep(for: span) }
            await group.next()
            group.cancelAll()
        }
    }

    private func giveUp(_ place: Int) {
        let sleeper = state.withLock { state in
            let index = state.waiting.firstIndex { $0.place == place }
            return index.map { state.waiting.remove(at: $0).sleeper }
        }
        sleeper?.resume()
    }
}
