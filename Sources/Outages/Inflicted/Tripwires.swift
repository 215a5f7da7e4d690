import Clockwork
import Disk
import Logging
import Synchronization

/// Watches the moments that a process passes, and strikes where a fault says so.
final class Tripwires: Sendable {
    private let book: EffectsBook
    private let time: any TimeSource
    private let logger: Logger
    /// Does a deed, of a fault that ends after a while.
    private let strike: @Sendable (Tripwire, _ end: Duration) throws -> Duration?
    private let armed = Mutex<[Armed]>([])

    private struct Armed {
        var name: String
        var wire: Tripwire
        var until: Timestamp
        /// Since it was armed, or has struck.
        var passes = 0

        func isSame(as other: Armed) -> Bool { (name, wire) == (other.name, other.wire) }
    }

    init(
        book: EffectsBook, time: any TimeSource, logger: Logger,
        strike: @escaping @Sendable (Tripwire, _ end: Duration) throws -> Duration?
    ) {
        self.book = book
        self.time = time
        self.logger = logger
        self.strike = strike
    }

    /// Arms these and disarms all others. Who stays armed goes on counting.
    func arm(_ wires: [(name: String, wire: Tripwire, until: Timestamp)]) {
        armed.withLock { armed in
            armed = wires.map { name, wire, until in
                let new = Armed(name: name, wire: wire, until: until)
                var kept = armed.first { $0.isSame(as: new) } ?? new
                kept.until = until
                return kept
            }
        }
    }

    func reached(_ point: Waypoint) throws -> Duration? {
        try pass { $0 == .waypoint(point) }
    }

    func reached(_ point: CommitPoint) throws -> Duration? {
        try pass { $0.isPassed(at: point) }
    }

    private func pass(_ isHere: (Tripwire.Place) -> Bool) throws -> Duration? {
        guard let due = tripped(isHere), due.until > time.now else { return nil }
        do {
            guard try book.strike(due.name, most: due.wire.times) else { return nil }
        } catch {
            logger.error(
                "A fault does not strike, for that cannot be written down",
                metadata: ["fault": "\(due.name)", "error": "\(error)"])
            return nil
        }
        logger.warning("A fault strikes", metadata: ["fault": "\(due.name)", "place": "\(due.wire.place)"])
        return try strike(due.wire, due.until - time.now)
    }

    /// Counts a pass. - Returns: Who is to strike now.
    private func tripped(_ isHere: (Tripwire.Place) -> Bool) -> Armed? {
        armed.withLock { armed in
            var due: Armed?
            for place in armed.indices where isHere(armed[place].wire.place) {
                armed[place].passes += 1
                guard due == nil, armed[place].passes > armed[place].wire.skip else { continue }
                armed[place].passes = 0
                due = armed[place]
            }
            return due
        }
    }
}
