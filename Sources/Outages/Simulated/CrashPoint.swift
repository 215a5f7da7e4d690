import Clockwork
import Disk

/// Kills a simulated computer exactly before or after one of its commits, or at a waypoint, and lets a dead one do neither.
final class CrashPoint: CommitWitness, WaypointWitness, @unchecked Sendable {  // lives on its world's thread
    private let part: SimulatedPart
    private let host: SimulatedHost
    private let watch: PointWatch
    private var armed: (side: CommitPoint.Side, commitsLeft: Int)?
    private let struck: (SweepPoint.Moment) -> Void

    /// - Parameter struck: Told where it has killed.
    init(
        of part: SimulatedPart, host: SimulatedHost, watch: PointWatch,
        struck: @escaping (SweepPoint.Moment) -> Void
    ) {
        self.part = part
        self.host = host
        self.watch = watch
        self.struck = struck
    }

    /// - Parameter commits: Which commit from now on, 1 for the next.
    func arm(_ side: CommitPoint.Side, commits: Int) { armed = (side, commits) }

    func disarm() { armed = nil }

    func reached(_ point: CommitPoint) throws {
        guard host.isAlive else { throw DeadComputer() }
        let isLast = watch.passes(point, in: host.name)
        if isArmed(for: point) || isLast { try die(at: .commit(point)) }
        if let refusal = part.snares.refusal(of: point) { throw refusal }
    }

    func reached(_ point: Waypoint) throws -> Duration? {
        guard host.isAlive else { throw DeadComputer() }
        let pass = watch.passes(point, in: host.name)
        if pass.isLast { try die(at: .waypoint(point, pass: pass.number)) }
        guard let (deed, place, end) = part.snares.strike(at: point) else { return nil }
        switch deed {
        case .crash: try die(at: .waypoint(point, pass: pass.number))
        case .error: throw ProvokedError(place: place)
        case .sleep(let span): return span
        case .freeze:
            part.freeze(until: end)
            return nil
        }
    }

    private func die(at moment: SweepPoint.Moment) throws -> Never {
        host.die()
        struck(moment)
        throw DeadComputer()
    }

    private func isArmed(for point: CommitPoint) -> Bool {
        guard let (side, left) = armed, side == point.side else { return false }
        armed = left > 1 ? (side, left - 1) : nil
        return left <= 1
    }
}

/// What the code of a dead computer is told, for the rest of the job that killed it.
struct DeadComputer: Error {}
