import Inspection

/// What became of one simulated run.
package struct SimulatedOutcome: Hashable, Sendable {
    package let seed: UInt64
    /// Of every choice that was made: the same seed gives the same hash in every process.
    package let traceHash: UInt64
    /// How long the run took by its own clock.
    package let simulated: Duration
    package let steps: Int
    /// Orders that the shop was told yes for.
    package let acknowledged: Int
    /// What did not hold, with orders by number; empty when all did.
    package let breaches: [String]
    package let sightings: Sightings
    /// What happened, a line each; empty unless it was asked for.
    package let story: [String]

    package var held: Bool { breaches.isEmpty }
}
