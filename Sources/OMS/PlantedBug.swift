/// A mistake made on purpose, so that a test can show that the audit would notice it.
///
/// Only code of this package can plant one; no configuration and no command line leads here.
package enum PlantedBug: CaseIterable, Hashable, Sendable {
    /// The intake deletes its messages before it has committed what they say.
    case deleteBeforeCommit
    /// The relay carries what is committed while it runs, and forgets what an earlier one has left.
    case outboxNotSwept
    /// A repeat is looked for under the queue's message id and not under the shop's key.
    case deduplicationByMessageID
    /// The relay takes a call that was answered for one of which every record was kept.
    case failedRecordsIgnored
    /// A cancellation that comes before its order counts as taken, and is not kept.
    case earlyCancellationForgotten
}
