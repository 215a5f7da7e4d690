import Clockwork
import Disk

/// A moment at which the death of one process could matter: something is done by then, and nobody has been told, or has
/// written it down.
package struct SweepPoint: Hashable, Sendable {
    package enum Moment: Hashable, Sendable {
        /// Before or after one of the commits of its own file.
        case commit(CommitPoint)
        /// At a named moment of its work, for the first or a later time. Numbered from 1, by process and name.
        case waypoint(Waypoint, pass: Int)
        /// Its call was answered, and it dies before it hears that. Numbered from 1, by process.
        case answer(number: Int, operation: String)
    }

    /// Such as `oms` or `partner-crm`.
    package let process: String
    package let moment: Moment

    package init(process: String, moment: Moment) {
        self.process = process
        self.moment = moment
    }

    /// Which points belong together: `oms: before a commit`, `oms: at intake.received`, `oms: PutRecords answered`.
    package var kind: String {
        switch moment {
        case .commit(let point): "\(process): \(point.side.rawValue) a commit"
        case .waypoint(let point, _): "\(process): at \(point.rawValue)"
        case .answer(_, let operation): "\(process): \(operation) answered"
        }
    }
}

extension SweepPoint: CustomStringConvertible {
    package var description: String { "\(process): \(moment)" }
}

extension SweepPoint.Moment: CustomStringConvertible {
    package var description: String {
        switch self {
        case .commit(let point): "\(point)"
        case .waypoint(let point, let pass): "pass \(pass) of \(point.rawValue)"
        case .answer(let number, let operation): "answer \(number), to \(operation)"
        }
    }
}
