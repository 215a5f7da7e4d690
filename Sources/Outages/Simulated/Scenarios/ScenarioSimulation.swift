import Clockwork
import Inspection

/// Scenarios in virtual time: the same files, the same roles on real files, the same audit, and a clock that waits for
/// nobody. What they show there of a mistake repeats to the last step, for it depends on the seed alone.
///
/// The hypothesis is left to the audit at the end, and to a look for losses twice in each second.
package struct ScenarioSimulation: Sendable {
    /// A mistake made on purpose, to show that a scenario would notice it.
    package var sabotage: Sabotage?
    private let template: StreetTemplate

    package init() throws {
        template = try StreetTemplate()
    }

    /// What of a scenario has no meaning in virtual time, a sentence each; empty when it can be played.
    package static func misfits(in scenario: Scenario) -> [String] { VirtualMeaning.misfits(in: scenario) }

    /// What became of one scenario.
    package struct Outcome: Sendable {
        package let seed: UInt64
        /// How long it took by its own clock.
        package let simulated: Duration
        /// What did not hold, with orders by number; empty when all did.
        package let breaches: [String]
        /// Why nothing was shown, where that is so.
        package let invalid: String?
        package let expectsBreak: Bool
        /// Nil where the street did not come to its audit.
        package let report: AuditReport?
        /// What happened, a line each; empty unless it was asked for.
        package let story: [String]

        package var word: String {
            if !breaches.isEmpty { return expectsBreak ? "BROKE AS EXPECTED" : "BROKEN" }
            if invalid != nil { return "INVALID" }
            return expectsBreak ? "HELD, AGAINST EXPECTATION" : "HELD"
        }

        /// 0 as expected, 1 not, 3 nothing proven.
        package var exitStatus: Int32 {
            if !breaches.isEmpty { return expectsBreak ? 0 : 1 }
            if invalid != nil { return 3 }
            return expectsBreak ? 1 : 0
        }
    }

    /// Plays one that has no misfits, on the thread of the caller.
    ///
    /// - Parameter isTold: Whether ``Outcome/story`` is to be told; it makes no difference to what happens.
    package func play(_ scenario: Scenario, seed: UInt64, isTold: Bool = false) throws -> Outcome {
        let street = try SimulatedStreet(
            seed: seed, orders: 0, ordeal: .scenario(scenario), sabotage: sabotage, template: template,
            isTold: isTold)
        let outcome = try street.perform()
        return Outcome(
            seed: seed, simulated: outcome.simulated, breaches: outcome.breaches + street.deviations,
            invalid: street.invalid, expectsBreak: scenario.staging.expect == .break, report: street.report,
            story: outcome.story)
    }
}
