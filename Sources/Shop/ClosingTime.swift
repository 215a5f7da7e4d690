import Clockwork
import Synchronization

/// Tells every loop of the shop that it is to end: between two deeds, and out of any rest.
final class ClosingTime: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isNow = false
        var bells: [Bell] = []
    }

    var isNow: Bool { state.withLock(\.isNow) }

    /// A bell that rings at closing time, whatever else it is rung for. For one listener: what it misses, it
    /// hears later.
    func bell() -> Bell {
        let bell = Bell()
        let isNow = state.withLock { state in
            state.bells.append(bell)
            return state.isNow
        }
        if isNow { bell.ring() }
        return bell
    }

    /// Closes the shop.
    func call() {
        let bells = state.withLock { state in
            state.isNow = true
            return state.bells
        }
        for bell in bells { bell.ring() }
    }
}

/// How one loop rests: until something happens, but not beyond closing time.
struct Rest: Sendable {
    /// Rung when there is a reason to go on earlier.
    let bell: Bell
    private let closing: ClosingTime
    private let time: any TimeSource

    init(until closing: ClosingTime, by time: any TimeSource) {
        bell = closing.bell()
        self.closing = closing
        self.time = time
    }

    var isOver: Bool { closing.isNow || Task.isCancelled }

    /// Rests for a while, or until the bell.
    ///
    /// - Returns: False at closing time.
    func pause(for span: Duration) async -> Bool {
        if span > .zero, !isOver { await bell.heard(within: span, by: time) }
        return !isOver
    }

    /// Rests until the bell.
    func pause() async -> Bool {
        if !isOver { await bell.heard() }
        return !isOver
    }
}
