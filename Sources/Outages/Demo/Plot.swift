import Clockwork
import Inspection
import Wire

/// What happens on a street while its shop sells.
package protocol Plot: Sendable {
    /// About how long the shop is open, for the audience.
    var length: Duration { get }

    /// What must hold in the end.
    var demanded: [Requirement] { get }

    /// How long after the shop's closing the street may go on.
    var longestUnrest: Duration { get }

    /// Whether it is a finding, and no reason to prove nothing, that the street goes on for longer.
    var mayEndInUnrest: Bool { get }

    /// How strictly the end is looked at.
    func audit(at now: Timestamp) -> AuditSettings

    /// Adds to a verdict what no ledger can know.
    func judge(_ verdict: inout DemoVerdict, of street: Street) async throws

    /// Does all that is to be done. When this returns the shop is closed.
    ///
    /// - Parameter announce: Shows the journal's latest event.
    /// - Returns: Why nothing is proven; nil when everything took effect.
    func happen(on street: Street, announce: @escaping @Sendable () -> Void) async throws -> String?
}

extension Plot {
    package var longestUnrest: Duration { .seconds(60) }
    package var mayEndInUnrest: Bool { false }
    package var demanded: [Requirement] { Requirement.demandedAlways }
    package func judge(_ verdict: inout DemoVerdict, of street: Street) async throws {}
    package func audit(at now: Timestamp) -> AuditSettings { AuditSettings(now: now) }
}
