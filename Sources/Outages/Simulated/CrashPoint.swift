import Clockwork
import Disk

/// Kills a simulated computer exactly before or after one of its commits, and lets a dead one commit nothing more.
final class CrashPoint: CommitWitness, @unchecked Sendable {  // lives on its world's thread
    private let host: SimulatedHost
    private let watch: PointWatch
    private var armed: (side: CommitPoint.Side, commitsLeft: Int)?
    private let struck: (CommitPoint) -> Void

    /// - Parameter struck: Told where it has killed.
    init(host: SimulatedHost, watch: PointWatch, struck: @escaping (CommitPoint) -> Void) {
        self.host = host
        self.watch = watch
        self.struck = struck
    }

    /// - Parameter commits: Which commit from now on, 1 for the next.
    func arm(_ side: CommitPoint.Side, commits: Int) { armed = (side, commits) }

    func disarm() { armed = nil }

    func reached(_ point: CommitPoint) throws {
        guard host.isAlive else { throw DeadComputer() }
        guard watch.passes(point, in: host.name) || isArmed(for: point) else { return }
        host.die()
        struck(point)
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
