import Clockwork
import Disk

/// What lies in wait for a process of a simulated street, in this life and in the next ones.
enum Snare {
    /// At a named moment of its work.
    case tripwire(Tripwire, until: Duration)
    /// Wherever the process is about to write its books, which then takes so much longer: no commit takes time in a
    /// simulated world, so it is waited for beforehand.
    case slowCommits(Duration)
    /// At each commit of a file, which then fails.
    case refusedCommits(of: String, as: @Sendable (_ file: String) -> DiskError)
}

/// The snares of one process, by the names of their faults. Lives on its world's thread.
struct Snares {
    private var armed: [(name: String, snare: Snare, passes: Int, strikes: Int)] = []

    mutating func lay(_ snare: Snare, named name: String) { armed.append((name, snare, 0, 0)) }

    mutating func remove(_ name: String) { armed.removeAll { $0.name == name } }

    /// What befalls whoever passes a waypoint, and until when it may last.
    mutating func strike(at point: Waypoint) -> (deed: Tripwire.Deed, place: Tripwire.Place, end: Duration)? {
        for place in armed.indices {
            if case .slowCommits(let span) = armed[place].snare, Self.beforeCommits.contains(point) {
                return (.sleep(span), .waypoint(point), .zero)
            }
            guard case .tripwire(let wire, let end) = armed[place].snare, wire.place == .waypoint(point),
                armed[place].strikes < wire.times
            else { continue }
            armed[place].passes += 1
            guard armed[place].passes > wire.skip else { continue }
            armed[place].passes = 0
            armed[place].strikes += 1
            return (wire.deed, wire.place, end)
        }
        return nil
    }

    private static let beforeCommits: Set<Waypoint> = [.intakeValidated, .relayPutBeforeMark]

    /// Why a commit fails; nil when it does not.
    func refusal(of point: CommitPoint) -> DiskError? {
        guard point.side == .before else { return nil }
        for (_, snare, _, _) in armed {
            if case .refusedCommits(point.file, let error) = snare { return error(point.file) }
        }
        return nil
    }
}
