import Clockwork
import Orders

/// How strictly an audit looks, and at what.
package struct AuditSettings: Sendable {
    /// The clock by which messages are in flight or visible.
    package var now: Timestamp
    /// True demands that nothing is under way any more: what still waits then counts as a breach.
    package var demandsRest = false
    /// Parked deliveries are what the partner asked for, and no breach of `notified`.
    package var allowsParked = false
    /// Where queue and stream are when they are not ours; nil when all ledgers should be here.
    package var elsewhere: Elsewhere?
    package var fileChecks = FileChecks.full
    package var orderQueues = [Pipeline.orderQueue, Pipeline.standardOrderQueue]
    package var deadOrderQueues = [Pipeline.deadOrderQueue, Pipeline.standardDeadOrderQueue]
    package var eventStream = Pipeline.eventStream
    /// What was broken meanwhile, for everything that is measured inside or outside of outages.
    package var faults = FaultTimeline()
    /// Lines of evidence kept for each requirement; all are counted.
    package var mostEvidence = 50
    package var limits = Limits()

    package init(now: Timestamp) {
        self.now = now
    }

    /// How closely each file's own consistency is checked.
    package enum FileChecks: Sendable {
        /// `integrity_check` and `foreign_key_check`: about 0.3 s for 100 MiB.
        case full
        /// `foreign_key_check` alone.
        case references
    }

    /// What counts as late.
    package struct Limits: Sendable {
        /// Share of attempts that must be acknowledged while something behind the queue is broken.
        package var acknowledgedShare = 1.0
        package var shopAnswerP99 = Duration.milliseconds(250)
        package var freshnessP95 = Duration.seconds(1)
        /// How many times slower a healthy partner may become while another is not.
        package var isolationFactor = 2.0
        /// Below this nobody speaks of slow, whatever the baseline.
        package var isolationFloor = Duration.milliseconds(100)

        package init() {}
    }
}
