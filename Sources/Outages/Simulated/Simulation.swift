/// Many simulated streets, one for each seed, on as many threads as it is given.
///
///     let summary = try await Simulation().play(seeds: 1...1_000, threads: 2) { print($0) }
///
/// Seeds have nothing to do with each other, so their outcomes do not depend on how many threads there are.
package struct Simulation: Sendable {
    /// Orders that each shop sells, beside its tricks.
    package var orders = 20
    /// A mistake made on purpose in every street, to show that it would be noticed.
    package var sabotage: Sabotage?
    private let template: StreetTemplate

    /// Sets one street up, of which all others are copies.
    package init() throws {
        template = try StreetTemplate()
    }

    /// Plays one seed, on the thread of the caller.
    ///
    /// - Parameter isTold: Whether ``SimulatedOutcome/story`` is to be told; it makes no difference to what happens.
    package func play(seed: UInt64, isTold: Bool = false) throws -> SimulatedOutcome {
        try SimulatedStreet(
            seed: seed, orders: orders, sabotage: sabotage, template: template, isTold: isTold
        ).perform()
    }

    /// Plays many seeds, and tells each outcome in the order of the seeds.
    ///
    /// - Parameter heard: Answers whether to go on.
    /// - Throws: `CancellationError` when interrupted; what a street throws that cannot be made.
    package func play(
        seeds: ClosedRange<UInt64>, threads: Int, heard: (SimulatedOutcome) -> Bool
    ) async throws -> SimulationSummary {
        var summary = SimulationSummary()
        try await inOrder(seeds, threads: threads, { try play(seed: $0) }) { outcome in
            summary.add(outcome)
            return heard(outcome)
        }
        return summary
    }
}

/// What many simulated streets came to.
package struct SimulationSummary: Sendable {
    package private(set) var runs = 0
    package private(set) var broken: [UInt64] = []
    package private(set) var acknowledged = 0
    /// By the streets' own clocks, all together.
    package private(set) var simulated = Duration.zero
    package private(set) var steps = 0
    package private(set) var sightings = Sightings()
    /// Of all runs, in order: the same seeds give the same hash in every process.
    package private(set) var traceHash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ outcome: SimulatedOutcome) {
        runs += 1
        if !outcome.held { broken.append(outcome.seed) }
        acknowledged += outcome.acknowledged
        simulated += outcome.simulated
        steps += outcome.steps
        sightings.add(outcome.sightings)
        traceHash = (traceHash ^ outcome.traceHash) &* 0x100_0000_01B3
    }
}
