import Clockwork
import Disk

/// A moment in the process's own work, and what befalls whoever passes it.
package struct Tripwire: Hashable, Sendable {
    package enum Place: Hashable, Sendable {
        case waypoint(Waypoint)
        /// A commit of a file: the one of this number in the process's life, or any.
        case commit(file: String, side: CommitPoint.Side, number: Int?)
    }

    package enum Deed: Hashable, Sendable {
        /// SIGKILL to the whole process.
        case crash
        /// Whoever passes fails with ``ProvokedError``.
        case error
        /// Whoever passes is held up.
        case sleep(Duration)
        /// The whole process stands still until the fault is over.
        case freeze
    }

    package var place: Place
    package var deed = Deed.crash
    /// Passes that go well before each strike.
    package var skip = 0
    /// How often it strikes in all, over all lives of the process.
    package var times = 1

    package init(at place: Place) {
        self.place = place
    }
}

extension Tripwire.Place {
    /// Reads `intake.received`, `commit:orders.db:before` or `commit:orders.db:after:12`.
    ///
    /// - Returns: Nil for anything else.
    package init?(_ text: String) {
        if let waypoint = Waypoint(rawValue: text) {
            self = .waypoint(waypoint)
            return
        }
        let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (3...4).contains(words.count), words[0] == "commit", !words[1].isEmpty,
            let side = CommitPoint.Side(rawValue: words[2])
        else { return nil }
        let number = words.count == 4 ? Int(words[3]) : nil
        guard words.count == 3 || (number ?? 0) > 0 else { return nil }
        self = .commit(file: words[1], side: side, number: number)
    }

    func isPassed(at point: CommitPoint) -> Bool {
        guard case .commit(point.file, point.side, let number) = self else { return false }
        return number == nil || number == point.number
    }
}

extension Tripwire.Place: CustomStringConvertible {
    package var description: String {
        switch self {
        case .waypoint(let point): point.rawValue
        case .commit(let file, let side, let number?): "commit:\(file):\(side.rawValue):\(number)"
        case .commit(let file, let side, nil): "commit:\(file):\(side.rawValue)"
        }
    }
}

/// An error that a fault has made on purpose.
package struct ProvokedError: Error, Hashable, CustomStringConvertible {
    package let place: Tripwire.Place

    package var description: String { "the fault crash-at has provoked this error at \(place)" }
}
