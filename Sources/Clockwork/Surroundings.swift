#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What a role may not decide for itself: what time it is, and what chance brings.
public struct Surroundings: Sendable {
    public var time: any TimeSource
    public var chance: Chance
    /// Told of every named moment in a role's work; nil when nobody watches.
    package var witness: (any WaypointWitness)?

    public init(time: any TimeSource, chance: Chance) {
        self.time = time
        self.chance = chance
    }

    package init(time: any TimeSource, chance: Chance, witness: (any WaypointWitness)?) {
        self.init(time: time, chance: chance)
        self.witness = witness
    }

    /// The machine's clocks and its generator.
    public static func system() -> Surroundings {
        Surroundings(time: SystemTime(), chance: .system())
    }

    public var now: Timestamp { time.now }

    /// Passes a named moment.
    ///
    /// - Throws: What the witness wants to happen there; `CancellationError` when held up and cancelled.
    package func pass(_ point: Waypoint) async throws {
        guard let span = try witness?.reached(point) else { return }
        try await time.sleep(for: span)
    }

    /// Passes a named moment inside a transaction: whoever is held up holds up the file and the thread with it.
    package func pass(inTransaction point: Waypoint) throws {
        guard let span = try witness?.reached(point) else { return }
        usleep(UInt32(clamping: span.microseconds))
    }
}
