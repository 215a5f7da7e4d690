/// A mistake made on purpose, so that a test can show that the audit would notice it.
///
/// Only code of this package can plant one; no configuration and no command line leads here.
package enum PlantedBug: CaseIterable, Hashable, Sendable {
    /// A delivery is written down as delivered before it is posted.
    case recordedBeforePosted
    /// Each attempt goes out under an id of its own, so that no receiver knows a repeat.
    case freshIDForEachAttempt
}
