import Clockwork
import Synchronization

/// Tells a reader, and what it reads from, to end: whoever waits wakes up at once.
final class StopSignal: Sendable {
    /// Rung at the end, and whenever there may be news for the reader.
    let bell = Bell()
    private let time: any TimeSource
    private let isGiven = Mutex(false)

    init(time: any TimeSource) {
        self.time = time
    }

    func give() {
        isGiven.withLock { $0 = true }
        bell.ring()
    }

    var goesOn: Bool { !isGiven.withLock(\.self) && !Task.isCancelled }

    /// Waits; ends early when the signal is given.
    func rest(_ span: Duration) async {
        let end = time.uptime + span
        while goesOn, time.uptime < end {
            await bell.heard(within: end - time.uptime, by: time)
        }
    }
}
