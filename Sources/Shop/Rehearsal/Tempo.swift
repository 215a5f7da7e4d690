import Clockwork

/// A clock that runs some times faster than uptime, and may be told to run at another tempo.
struct Tempo: Hashable, Sendable {
    /// 0 while the clock stands still.
    private(set) var factor = 1.0
    /// What it showed when its tempo changed last, and when that was by uptime.
    private var shown = Duration.zero
    private var changedAt = Duration.zero

    /// What it shows; at a tempo that has always been 1, uptime itself.
    func time(at uptime: Duration) -> Duration {
        let passed = uptime - changedAt
        return shown + (factor == 1 ? passed : passed * factor)
    }

    mutating func change(to factor: Double, now uptime: Duration) {
        (shown, changedAt) = (time(at: uptime), uptime)
        self.factor = factor
    }
}

/// How far a shop's day has come: by uptime, or at the tempo that a rehearsal asks for.
struct DayClock: Sendable {
    private let time: any TimeSource
    private let rehearsal: Rehearsal?
    private let opening: Duration

    /// - Parameter elapsed: How far it has come by now.
    init(_ elapsed: Duration, by time: any TimeSource, rehearsal: Rehearsal?) {
        self.time = time
        self.rehearsal = rehearsal
        opening = Self.now(time, rehearsal?.tempo) - elapsed
    }

    var elapsed: Duration { Self.now(time, rehearsal?.tempo) - opening }

    /// How long to wait for a moment of the day unless the tempo changes; nil once the moment has come.
    func wait(until moment: Duration) -> Duration? {
        let tempo = rehearsal?.tempo
        guard tempo?.factor != 0 else { return Self.standstill }
        let left = moment - (Self.now(time, tempo) - opening)
        guard left > .zero else { return nil }
        guard let factor = tempo?.factor, factor != 1 else { return left }
        return left / factor + .microseconds(1)  // rounded up, so that nobody comes too early
    }

    private static func now(_ time: any TimeSource, _ tempo: Tempo?) -> Duration {
        tempo?.time(at: time.uptime) ?? time.uptime
    }

    /// Somebody rings when the day goes on.
    private static let standstill = Duration.seconds(86_400)
}
