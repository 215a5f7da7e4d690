import Disk

/// A crash at every point at which one could matter, each in a street of its own, in virtual time.
///
/// An undisturbed street is played first, and every point that it passes is noted. Then one street is played for each
/// point: the same seed, so it comes there for certain; the process dies there, is started again, everything has to come to
/// rest, and the ledgers have to balance.
package struct Sweep: Sendable {
    /// Orders that each shop sells, beside its tricks.
    package var orders = 20
    /// A mistake made on purpose in every street, to show that it would be noticed.
    package var sabotage: Sabotage?
    private let template: StreetTemplate
    /// Any will do: all streets of a sweep are the same one.
    private static let seed: UInt64 = 1

    package init() throws {
        template = try StreetTemplate()
    }

    /// What became of one crash.
    package struct Outcome: Sendable {
        package let point: SweepPoint
        /// What did not hold, with orders by number; empty when all did.
        package let breaches: [String]

        package var held: Bool { breaches.isEmpty }
    }

    /// A street that cannot be swept, for it does not hold by itself.
    package struct Unsound: Error, CustomStringConvertible {
        package let description: String
    }

    /// All points that an undisturbed street passes, in order.
    ///
    /// - Throws: ``Unsound`` when it does not hold.
    package func points() throws -> [SweepPoint] {
        let (street, outcome) = try perform(endingAt: nil)
        guard outcome.held else {
            throw Unsound(
                description: "Without any crash: \(outcome.breaches.joined(separator: "; "))")
        }
        return street.watch.passed
    }

    /// Crashes at one point, on the thread of the caller.
    package func crash(at point: SweepPoint) throws -> Outcome {
        let (street, outcome) = try perform(endingAt: point)
        let missed = street.watch.hasStruck ? [] : ["the point was not reached, so nothing was shown"]
        return Outcome(point: point, breaches: missed + outcome.breaches)
    }

    /// Crashes at many points, and tells each outcome in the order of the points.
    ///
    /// - Throws: `CancellationError` when interrupted; what a street throws that cannot be made.
    package func crash(at points: [SweepPoint], threads: Int, heard: (Outcome) -> Void) async throws {
        try await inOrder(points, threads: threads, { try crash(at: $0) }) { outcome in
            heard(outcome)
            return true
        }
    }

    private func perform(endingAt point: SweepPoint?) throws -> (SimulatedStreet, SimulatedOutcome) {
        let street = try SimulatedStreet(
            seed: Self.seed, orders: orders, ordeal: .crash(point), sabotage: sabotage, template: template,
            isTold: false)
        return (street, try street.perform())
    }
}
