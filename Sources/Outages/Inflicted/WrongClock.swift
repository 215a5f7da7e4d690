import Clockwork
import Synchronization

/// The process's wall clock, as far as faults have turned it. What waits and measures goes by uptime, which stays true.
final class WrongClock: Sendable {
    private let base: any TimeSource
    private let deviations = Mutex<[Deviation]>([])

    /// How far off one fault puts the clock.
    struct Deviation: Hashable {
        var offset: Duration
        /// When the clock began to run wrong and when it is off by all of it, by uptime; nil for at once.
        var gained: ClosedRange<Duration>?

        func offset(at uptime: Duration) -> Duration {
            guard let gained, uptime < gained.upperBound else { return offset }
            let share = (uptime - gained.lowerBound) / (gained.upperBound - gained.lowerBound)
            return offset * max(0, share)
        }
    }

    init(_ base: any TimeSource) {
        self.base = base
    }

    /// What roles see.
    var time: any TimeSource {
        ShiftedTime(base) { [self] in offset }
    }

    var offset: Duration {
        let uptime = base.uptime
        return deviations.withLock { $0.reduce(.zero) { $0 + $1.offset(at: uptime) } }
    }

    /// Sets it wrong in these ways and no other.
    func turn(_ deviations: [Deviation]) {
        self.deviations.withLock { $0 = deviations }
    }
}
