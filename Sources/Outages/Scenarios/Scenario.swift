import JSON

/// One outage as a story: what is broken when, what must hold meanwhile, and what afterwards.
///
/// A scenario is a Chaos Toolkit experiment whose activities call `orderflow`, so `chaos run` plays it too. What only
/// `orderflow` needs to know stands in ``staging``.
package struct Scenario: Hashable, Sendable {
    package var title: String
    package var description: String
    package var tags: [String]
    /// How much it tells about which quality: `durability: high`.
    package var contributions: [String: Contribution]
    package var hypothesis: Hypothesis?
    /// In the order in which it is done.
    package var method: [Activity]
    package var rollbacks: [Activity]
    package var hypothesisStrategy: HypothesisStrategy
    package var rollbackStrategy: RollbackStrategy
    package var staging: Staging
    /// The experiment in its long form, as Chaos Toolkit takes it; `${name}` stands in it as it was written.
    package var experiment: JSONValue

    /// What is so when all is well.
    package struct Hypothesis: Hashable, Sendable {
        package var title: String
        /// Each has a tolerance.
        package var probes: [Activity]
    }

    package enum Contribution: String, Hashable, Sendable, CaseIterable {
        case high, medium, low, none
    }

    /// When the hypothesis is tested.
    package enum HypothesisStrategy: String, Hashable, Sendable, CaseIterable {
        /// Before and after the method.
        case standard = "default"
        case beforeMethodOnly = "before-method-only"
        case afterMethodOnly = "after-method-only"
        case duringMethodOnly = "during-method-only"
        /// Before, during and after.
        case continuously

        package var testsBefore: Bool { self != .afterMethodOnly && self != .duringMethodOnly }
        package var testsDuring: Bool { self == .duringMethodOnly || self == .continuously }
        package var testsAfter: Bool { self != .beforeMethodOnly && self != .duringMethodOnly }
    }

    /// When the rollbacks are done. Whatever it says, faults end by themselves.
    package enum RollbackStrategy: String, Hashable, Sendable, CaseIterable {
        /// Unless the run was interrupted or failed.
        case standard = "default"
        case always, never
        /// Only after the hypothesis did not hold.
        case deviated
    }
}

extension Scenario {
    /// Everything that it breaks, in the order in which it does.
    package var faults: [FaultRequest] {
        (method + rollbacks).compactMap { if case .addFault(let fault) = $0.command { fault } else { nil } }
    }
}
